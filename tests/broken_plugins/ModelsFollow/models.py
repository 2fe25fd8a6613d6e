"""Refers to MigrationForked."""

from django.db import models


class Companion(models.Model):
    leader = models.ForeignKey("MigrationForked.Sound", on_delete=models.CASCADE)

    class Meta:
        app_label = "ModelsFollow"
