"""The audit chain of an organisation. Written by VaultPlatform.audit alone."""

from VaultModels.AuditTables import AuditEntryTable, AuditHeadTable


class AuditEntry(AuditEntryTable):
    """What somebody did in this organisation, or was denied."""

    class Meta(AuditEntryTable.Meta):
        db_table = "audit_entry"


class AuditHead(AuditHeadTable):
    """The end of this organisation's chain."""

    class Meta:
        db_table = "audit_head"
