"""A sound model."""

from django.db import models


class Sound(models.Model):
    class Meta:
        app_label = "ModelsWithoutMigration"
