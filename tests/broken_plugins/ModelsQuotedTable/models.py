"""Claims a table that is not its own, in quotes and another case."""

from django.db import models

from VaultModels.models import User


class Thief(models.Model):
    class Meta:
        app_label = "ModelsQuotedTable"
        db_table = f'"{User._meta.db_table.upper()}"'
