"""The first row of the head of an organisation's audit chain, what appends to it, and what makes it append-only."""

from django.db import migrations

from VaultModels.AuditGuards import (
    make_append_only,
    make_appending_function,
    undo_append_only,
    undo_appending_function,
)


def begin(apps, schema_editor):
    """Make what the docstring above says."""
    apps.get_model("VaultModels", "AuditHead").objects.using(schema_editor.connection.alias).create()
    make_appending_function(schema_editor)
    make_append_only(schema_editor, entry="audit_entry", head="audit_head")


def undo(apps, schema_editor):
    """Take it out again."""
    undo_append_only(schema_editor, entry="audit_entry", head="audit_head")
    undo_appending_function(schema_editor)
    apps.get_model("VaultModels", "AuditHead").objects.using(schema_editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("VaultModels", "0002_organisations_apart")]

    operations = [migrations.RunPython(begin, undo)]
