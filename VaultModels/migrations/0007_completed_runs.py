from django.db import migrations

from VaultModels.RunFunctions import make_completing_function, undo_completing_function


def make(apps, schema_editor):
    """What PostgreSQL does for runs that are one transaction."""
    make_completing_function(schema_editor)


def undo(apps, schema_editor):
    """Take it out again."""
    undo_completing_function(schema_editor)


class Migration(migrations.Migration):

    dependencies = [
        ('VaultModels', '0006_member_of_session'),
    ]

    operations = [
        migrations.RunPython(make, undo),
    ]
