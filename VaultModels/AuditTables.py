"""The columns of an audit chain, the same for an organisation's and for the site's."""

from django.db import models

#: Length of a SHA-256 in hex.
HASH_LENGTH = 64
GENESIS = "0" * HASH_LENGTH


class AuditEntryTable(models.Model):
    """One act. Append-only: the database refuses to change or delete a row.

    `payload` is the whole entry, the very text that is hashed. The other columns repeat parts of it, for finding.
    """

    #: 1 for the first, without gaps; given by the chain.
    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64)
    action = models.CharField(max_length=128)
    entity_type = models.CharField(max_length=64)
    entity_id = models.CharField(max_length=128)
    outcome = models.CharField(max_length=16)
    #: Canonical JSON.
    payload = models.TextField()
    #: SHA-256, in hex, of the hash before, `seq` and `payload`.
    hash = models.CharField(max_length=HASH_LENGTH)

    class Meta:
        abstract = True
        indexes = (
            models.Index(fields=["actor_id"], name="%(class)s_actor"),
            models.Index(fields=["entity_id"], name="%(class)s_entity"),
        )


class AuditHeadTable(models.Model):
    """The end of the chain, in one row: who appends locks it, so that the chain cannot fork."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=HASH_LENGTH, default=GENESIS)
    #: Hash of the entry before the last.
    previous = models.CharField(max_length=HASH_LENGTH, default=GENESIS)

    class Meta:
        abstract = True
