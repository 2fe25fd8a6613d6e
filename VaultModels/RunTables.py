"""The columns of the journal of runs, the same for an organisation's and for the site's."""

from django.db import models
from django.db.models.functions import Now

#: Length of a SHA-256 in hex.
_DIGEST = 64
#: Characters of names.
NAME_LENGTH = 200


class RunTable(models.Model):
    """One run of an orchestrator, or one background task.

    A run that is one transaction has its row from that transaction's commit on, any other from its first intent on.
    """

    #: Grows with time.
    id = models.UUIDField(primary_key=True, editable=False)
    name = models.CharField(max_length=NAME_LENGTH)
    #: "run" or "task".
    kind = models.CharField(max_length=8, db_default="run")
    state = models.CharField(max_length=16)
    #: Grows with every write; who writes names the one that it knows, so that nobody writes over another.
    epoch = models.BigIntegerField(db_default=1)
    #: What recovery needs: the steps as they were staged, and the context that they began with. Null: nothing.
    plan = models.JSONField(null=True)
    #: How far each step is.
    steps = models.JSONField()
    #: Only where an idempotency key asks for it.
    result = models.JSONField(null=True)
    status = models.SmallIntegerField(null=True)
    error = models.TextField(db_default="")
    resumable = models.BooleanField(db_default=False)
    cancel_requested = models.BooleanField(db_default=False)
    #: The process that executes it.
    owner = models.UUIDField(null=True)
    #: How many processes have taken it up.
    attempts = models.SmallIntegerField(db_default=0)
    queue = models.CharField(max_length=16, db_default="")
    #: When somebody is to look after it, if nobody owns it.
    next_attempt = models.DateTimeField(null=True)
    #: SHA-256 of principal, method, path and the client's key.
    idempotency_key = models.CharField(max_length=_DIGEST, null=True)  # noqa: DJ001  # unique, if there is one
    #: SHA-256 of the request that it came with.
    request_hash = models.CharField(max_length=_DIGEST, db_default="")
    #: The answer, where it is not simply result and status.
    response = models.JSONField(null=True)
    #: As the steps report it.
    progress = models.JSONField(null=True)
    #: Who has it done.
    actor = models.JSONField()
    request_id = models.CharField(max_length=64, db_default="")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    #: Null while something is left to do.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        constraints = (models.UniqueConstraint(fields=["idempotency_key"], name="%(class)s_idempotency"),)
        indexes = (
            models.Index(
                fields=["next_attempt"],
                name="%(class)s_unfinished",
                condition=models.Q(ended_at__isnull=True),
            ),
        )
