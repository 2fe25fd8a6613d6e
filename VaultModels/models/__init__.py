"""An organisation's tables, one file a domain. No organisation column: the database itself is the organisation's."""

from NimbusVaultConstants.CommonConstants.Choices import DocumentStatus, Role
from VaultModels.models.ApiKeys import ApiKey
from VaultModels.models.Audit import AuditEntry, AuditHead
from VaultModels.models.Documents import Document, DocumentTag, DocumentVersion
from VaultModels.models.Roles import CustomRole
from VaultModels.models.Runs import Delivery, Run
from VaultModels.models.SignIns import SignInStart
from VaultModels.models.Users import Session, User

__all__ = [
    "ApiKey",
    "AuditEntry",
    "AuditHead",
    "CustomRole",
    "Delivery",
    "Document",
    "DocumentStatus",
    "DocumentTag",
    "DocumentVersion",
    "Role",
    "Run",
    "Session",
    "SignInStart",
    "User",
]
