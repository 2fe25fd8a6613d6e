"""PostgreSQL's functions for runs and the audit trail take one object each."""

from django.db import migrations

from VaultModels.AuditGuards import make_payload_function, undo_payload_function
from VaultModels.RunFunctions import make_whole_functions, undo_whole_functions


def make(apps, schema_editor):
    """Make what the docstring above says."""
    make_whole_functions(schema_editor)
    make_payload_function(schema_editor)


def undo(apps, schema_editor):
    """Go back to those with a value for each column."""
    undo_payload_function(schema_editor)
    undo_whole_functions(schema_editor)


class Migration(migrations.Migration):
    """After those that they replace."""

    dependencies = [("VaultModels", "0008_written_runs")]

    operations = [migrations.RunPython(make, undo)]
