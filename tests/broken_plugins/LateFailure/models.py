"""A sound table that refers to users."""

from django.db import models

from VaultModels.models import User


class LateNote(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="late_notes")

    class Meta:
        app_label = "LateFailure"
