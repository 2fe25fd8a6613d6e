"""The organisations of the site."""

from django.db import models
from django.utils import timezone


class Organisation(models.Model):
    """One tenant. Its rows live elsewhere: in the SQLite file or PostgreSQL schema that `key` names."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"
        #: Closed, and removed once `delete_after` has passed; can be taken back until then.
        DELETING = "deleting"
        #: Being removed: a part may be gone already, so that there is no way back.
        PURGING = "purging"
        #: Being filled from an archive; nobody sees it before it is complete.
        IMPORTING = "importing"

    #: Name in the `Org` header and in commands; may be changed.
    slug = models.CharField(max_length=40, unique=True)
    #: Name of its storage; given at creation, never changed, never given again.
    key = models.CharField(max_length=48, unique=True, editable=False)
    #: Name for people.
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE)
    #: When it may be removed for good; null for one that goes on living.
    delete_after = models.DateTimeField(null=True, default=None)
    #: Key of Database.organisations in the settings, for one with a database of its own; given at creation.
    database = models.CharField(max_length=40, default="", editable=False)
    #: Which state of the core's migrations its database has; empty while that is not known. See `tenancy.fingerprint`.
    schema = models.CharField(max_length=16, default="", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        app_label = "control"
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug
