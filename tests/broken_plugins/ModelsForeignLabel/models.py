"""Claims a label that is not its own."""

from django.db import models


class Cuckoo(models.Model):
    class Meta:
        app_label = "VaultModels"
