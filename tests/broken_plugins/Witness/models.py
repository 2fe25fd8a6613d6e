"""A table of its own that refers to users."""

from django.db import models

from VaultModels.models import User


class WitnessNote(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="witness_notes")

    class Meta:
        app_label = "Witness"
