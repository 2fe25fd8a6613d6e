"""The control plane's models, one file a noun."""

from VaultModels.control.models.Audit import AuditAnchor, SiteAuditEntry, SiteAuditHead
from VaultModels.control.models.Operators import Operator
from VaultModels.control.models.Organisations import Organisation
from VaultModels.control.models.Plugins import PluginSwitch
from VaultModels.control.models.Runs import DueOrganisation, OwnedOrganisation, RunOwner, SiteRun
from VaultModels.control.models.SignInFailures import SignInFailure

__all__ = [
    "AuditAnchor",
    "DueOrganisation",
    "Operator",
    "Organisation",
    "OwnedOrganisation",
    "PluginSwitch",
    "RunOwner",
    "SignInFailure",
    "SiteAuditEntry",
    "SiteAuditHead",
    "SiteRun",
]
