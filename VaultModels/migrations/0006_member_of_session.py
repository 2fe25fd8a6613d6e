from django.db import migrations

from VaultModels.IdentityFunctions import make_identity_functions, undo_identity_functions


def make(apps, schema_editor):
    """What PostgreSQL does for sign-in."""
    make_identity_functions(schema_editor)


def undo(apps, schema_editor):
    """Take it out again."""
    undo_identity_functions(schema_editor)


class Migration(migrations.Migration):

    dependencies = [
        ('VaultModels', '0005_durable_runs'),
    ]

    operations = [
        migrations.RunPython(make, undo),
    ]
