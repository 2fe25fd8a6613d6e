from django.db import migrations

from VaultModels.RunFunctions import make_writing_functions, undo_writing_functions


def make(apps, schema_editor):
    """What PostgreSQL does whenever a run is written down."""
    make_writing_functions(schema_editor)


def undo(apps, schema_editor):
    """Take it out again."""
    undo_writing_functions(schema_editor)


class Migration(migrations.Migration):

    dependencies = [
        ('VaultModels', '0007_completed_runs'),
    ]

    operations = [
        migrations.RunPython(make, undo),
    ]
