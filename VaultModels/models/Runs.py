"""What an organisation's runs leave: the journal, and events that are still to be delivered."""

from django.db import models
from django.db.models.functions import Now

from VaultModels.RunTables import NAME_LENGTH, RunTable


class Run(RunTable):
    """One run in this organisation."""

    class Meta(RunTable.Meta):
        db_table = "run"


class Delivery(models.Model):
    """One event for one listener, from the commit of its run until it is delivered."""

    id = models.BigAutoField(primary_key=True)
    #: The run that queued it.
    run_id = models.UUIDField()
    hook_name = models.CharField(max_length=NAME_LENGTH)
    #: The plugin.
    listener = models.CharField(max_length=NAME_LENGTH)
    kwargs = models.JSONField()
    #: What it is about, such as "document:<id>": one listener gets the events of one entity in their order.
    entity = models.CharField(max_length=NAME_LENGTH, db_default="")
    #: The process that is delivering it.
    owner = models.UUIDField(null=True)
    attempts = models.SmallIntegerField(db_default=0)
    #: When it is to be tried again; null once it has been given up.
    next_attempt = models.DateTimeField(null=True, db_default=Now())
    error = models.TextField(db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "run_delivery"
        indexes = (
            models.Index(fields=["run_id"], name="delivery_of_run"),
            models.Index(fields=["entity", "listener"], name="delivery_in_order"),
        )
