"""`manage.py runserver`: Django's development server, without its look at migrations, which are per organisation."""

from django.contrib.staticfiles.management.commands.runserver import Command as DjangoCommand


class Command(DjangoCommand):
    """Django's, but for what knows no organisations."""

    def check_migrations(self) -> None:
        """Nothing: `manage.py migrate` looks after the control plane and every organisation."""
