"""SQLite replaces no entry of the audit chain by the number of its row."""

from django.db import migrations

from VaultModels.AuditGuards import keep_rows, undo_keep_rows


def keep(apps, schema_editor):
    """Put the guard in."""
    keep_rows(schema_editor, entry="site_audit_entry")


def undo(apps, schema_editor):
    """Take it out again."""
    undo_keep_rows(schema_editor, entry="site_audit_entry")


class Migration(migrations.Migration):
    """After the other guards."""

    dependencies = [("control", "0003_audit_guards")]

    operations = [migrations.RunPython(keep, undo)]
