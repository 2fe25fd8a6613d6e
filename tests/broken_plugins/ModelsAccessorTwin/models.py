"""Uses a related_name that is taken."""

from django.db import models

from VaultModels.models import User


class Twin(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="witness_notes")

    class Meta:
        app_label = "ModelsAccessorTwin"
