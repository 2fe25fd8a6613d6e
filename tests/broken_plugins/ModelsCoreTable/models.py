"""Claims a table that is not its own."""

from django.db import models

from VaultModels.models import User


class Thief(models.Model):
    class Meta:
        app_label = "ModelsCoreTable"
        db_table = User._meta.db_table
