"""A sound model."""

from django.db import models


class Follower(models.Model):
    class Meta:
        app_label = "MigrationFollows"
