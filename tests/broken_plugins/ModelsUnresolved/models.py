"""Refers to a plugin that is not installed."""

from django.db import models


class Orphan(models.Model):
    parent = models.ForeignKey("Absent_Plugin.Parent", on_delete=models.CASCADE)

    class Meta:
        app_label = "ModelsUnresolved"
