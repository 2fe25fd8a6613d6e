"""The site's audit chain begins, append-only; and an anchor for the chain of each organisation there is."""

from django.db import migrations

from VaultModels.AuditGuards import make_append_only, undo_append_only


def begin(apps, schema_editor):
    """Make what the docstring above says."""
    alias = schema_editor.connection.alias
    apps.get_model("control", "SiteAuditHead").objects.using(alias).create()
    anchor = apps.get_model("control", "AuditAnchor")
    keys = apps.get_model("control", "Organisation").objects.using(alias).values_list("key", flat=True)
    anchor.objects.using(alias).bulk_create([anchor(organisation=key) for key in keys])
    make_append_only(schema_editor, entry="site_audit_entry", head="site_audit_head")


def undo(apps, schema_editor):
    """Take it out again."""
    alias = schema_editor.connection.alias
    undo_append_only(schema_editor, entry="site_audit_entry", head="site_audit_head")
    for name in ("SiteAuditHead", "AuditAnchor"):
        apps.get_model("control", name).objects.using(alias).all().delete()


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("control", "0002_organisations_apart")]

    operations = [migrations.RunPython(begin, undo)]
