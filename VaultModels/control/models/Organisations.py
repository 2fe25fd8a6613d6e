"""The organisations of the site."""

from django.db import models
from django.utils import timezone


class Organisation(models.Model):
    """One tenant. Its rows live elsewhere: in the SQLite file or PostgreSQL schema that `key` names."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"

    #: Name in the `Org` header and in commands; may be changed.
    slug = models.CharField(max_length=40, unique=True)
    #: Name of its storage; given at creation, never changed, never given again.
    key = models.CharField(max_length=48, unique=True, editable=False)
    #: Name for people.
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        app_label = "control"
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug
