from django.db import migrations

raise ImportError('a migration that fails')
