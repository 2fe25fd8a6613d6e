"""What the site knows of runs: its own, the processes that execute any, and where something is due."""

from django.db import models
from django.db.models.functions import Now

from VaultModels.RunTables import RunTable


class SiteRun(RunTable):
    """One run outside of any organisation."""

    class Meta(RunTable.Meta):
        app_label = "control"
        db_table = "site_run"


class RunOwner(models.Model):
    """A process that executes runs. Its row goes when it ends, or when somebody has looked after what it left."""

    id = models.UUIDField(primary_key=True, editable=False)
    #: Machine and boot: whether a process on it lives is seen by its lock file, elsewhere by the lease.
    host = models.CharField(max_length=120)
    pid = models.IntegerField()
    started_at = models.DateTimeField(db_default=Now())
    #: Until when it is to be taken for alive by those who cannot see it.
    lease_until = models.DateTimeField()

    class Meta:
        app_label = "control"
        db_table = "run_owner"


class OwnedOrganisation(models.Model):
    """An organisation in which a process may have runs, so that its successors know where to look."""

    id = models.BigAutoField(primary_key=True)
    owner = models.ForeignKey(RunOwner, on_delete=models.CASCADE, db_index=False)
    #: Key of the organisation; empty for the site's own runs.
    organisation = models.CharField(max_length=48)

    class Meta:
        app_label = "control"
        db_table = "run_owned_organisation"
        constraints = (
            models.UniqueConstraint(fields=["owner", "organisation"], name="owned_organisation_once"),
        )


class DueOrganisation(models.Model):
    """An organisation in which runs or deliveries wait for a time, and the earliest such time."""

    #: Key of the organisation; empty for the site's own runs.
    organisation = models.CharField(primary_key=True, max_length=48)
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "control"
        db_table = "run_due"
