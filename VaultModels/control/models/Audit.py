"""The audit chain of the site, and what the site remembers of the organisations' chains."""

from django.db import models

from VaultModels.AuditTables import GENESIS, HASH_LENGTH, AuditEntryTable, AuditHeadTable


class SiteAuditEntry(AuditEntryTable):
    """What an operator or a command did to the site."""

    class Meta(AuditEntryTable.Meta):
        app_label = "control"
        db_table = "site_audit_entry"


class SiteAuditHead(AuditHeadTable):
    """The end of the site's chain."""

    class Meta:
        app_label = "control"
        db_table = "site_audit_head"


class AuditAnchor(models.Model):
    """An end that an organisation's chain once had.

    The chain has to contain it. A chain whose tail was cut off, its head row set back included, does not.
    """

    #: Key of the organisation.
    organisation = models.CharField(primary_key=True, max_length=48)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=HASH_LENGTH, default=GENESIS)

    class Meta:
        app_label = "control"
        db_table = "audit_anchor"
