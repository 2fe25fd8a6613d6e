"""Databases of an organisation's own: which there are, and the settings of the one that an organisation is in.

`Database.organisations` names each by the slug that its organisation is created with. The organisation's row keeps that
name as a label, so that it is found however the organisation is called later.
"""

from typing import Any

from django.db import connections

from VaultPlatform.tenancy.context import Organisation
from VaultPlatform.tenancy.databases import OWN
from VaultPlatform.tenancy.exceptions import StorageMissing


def own_databases() -> list[str]:
    """The labels of all."""
    return list(connections.settings["default"][OWN])


def database_for(slug: str) -> str:
    """The label of the database that an organisation created as `slug` gets; empty for the site's."""
    return slug if slug in connections.settings["default"][OWN] else ""


def settings_of(organisation: Organisation, settings: dict[str, Any]) -> dict[str, Any]:
    """`settings` of a connection, as they are for the organisation's database.

    Raises StorageMissing for one that VaultSettings.json does not know any more.
    """
    return settings_at(organisation.database, settings, of=organisation.slug)


def settings_at(label: str, settings: dict[str, Any], *, of: str | None = None) -> dict[str, Any]:
    """The same for the database of that label, the site's if it is empty; `of` is the slug that an error tells."""
    if not label:
        return settings
    try:
        return {**settings, **connections.settings["default"][OWN][label]}
    except KeyError:
        raise StorageMissing(
            organisation=of or label, where=f"'{label}' among Database.organisations of VaultSettings.json"
        ) from None
