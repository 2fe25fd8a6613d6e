"""Which plane a model lives in: the site's (`control`) or the current organisation's (`default`)."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db import connections
from django.db.models import Model

from VaultPlatform.tenancy.context import current_or_none

#: App labels whose tables are the site's. Everything else, plugins included, is an organisation's.
CONTROL_APPS = frozenset({"control", "django_celery_beat"})


def plane_of(app_label: str) -> str:
    """Database alias of the tables of `app_label`."""
    return "control" if app_label in CONTROL_APPS else "default"


class PlaneRouter:
    """Django's database router for the two planes."""

    def db_for_read(self, model: type[Model], **_hints: Any) -> str:
        return plane_of(model._meta.app_label)

    def db_for_write(self, model: type[Model], **_hints: Any) -> str:
        return plane_of(model._meta.app_label)

    def allow_relation(self, obj1: Model, obj2: Model, **_hints: Any) -> bool:
        return plane_of(obj1._meta.app_label) == plane_of(obj2._meta.app_label)

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool:
        """Whether `app_label` has tables in `db`, as far as that database can be reached now.

        With no organisation, or before the site's first `migrate`, there is no database to look at: commands such as
        `makemigrations` then take the alias for one that holds nothing, and need neither.
        """
        if plane_of(app_label) != db:
            return False
        return _control_is_there() if db == "control" else current_or_none() is not None


def _control_is_there() -> bool:
    connection = connections["control"]
    if connection.vendor != "sqlite":
        return True
    return Path(unquote(urlsplit(str(connection.settings_dict["NAME"])).path)).exists()
