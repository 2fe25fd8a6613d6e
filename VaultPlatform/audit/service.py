"""The tables of the chains and of their anchors. The database refuses to change or delete an entry."""

from VaultModels.control.models import AuditAnchor, SiteAuditEntry, SiteAuditHead
from VaultModels.models import AuditEntry, AuditHead
from VaultModels.ModelService import ModelService


class AuditEntryService(ModelService[AuditEntry]):
    """The eight primitives on the entries of the current organisation's chain."""

    model = AuditEntry


class AuditHeadService(ModelService[AuditHead]):
    """The eight primitives on the end of the current organisation's chain."""

    model = AuditHead


class SiteAuditEntryService(ModelService[SiteAuditEntry]):
    """The eight primitives on the entries of the site's chain."""

    model = SiteAuditEntry


class SiteAuditHeadService(ModelService[SiteAuditHead]):
    """The eight primitives on the end of the site's chain."""

    model = SiteAuditHead


class AuditAnchorService(ModelService[AuditAnchor]):
    """The eight primitives on what the site remembers of the organisations' chains."""

    model = AuditAnchor


audit_entry_service = AuditEntryService()
audit_head_service = AuditHeadService()
site_audit_entry_service = SiteAuditEntryService()
site_audit_head_service = SiteAuditHeadService()
audit_anchor_service = AuditAnchorService()
