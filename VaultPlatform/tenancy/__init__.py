"""Organisations apart: which one is current, its database, and how organisations come and go.

This face can be imported before Django is set up; what needs models is loaded when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from VaultPlatform.tenancy.context import Organisation, current, current_or_none, propagate, use
from VaultPlatform.tenancy.exceptions import NoOrganisation, OrganisationChanged, TenancyError

if TYPE_CHECKING:
    from VaultPlatform.tenancy.directory import each_organisation, get_organisation, list_organisations
    from VaultPlatform.tenancy.lifecycle import create_organisation, drop_organisation
    from VaultPlatform.tenancy.migration import migrate_everything, migrate_organisations

__all__ = [
    "NoOrganisation",
    "Organisation",
    "OrganisationChanged",
    "TenancyError",
    "create_organisation",
    "current",
    "current_or_none",
    "drop_organisation",
    "each_organisation",
    "get_organisation",
    "list_organisations",
    "migrate_everything",
    "migrate_organisations",
    "propagate",
    "use",
]

_LATE = {
    "create_organisation": "lifecycle",
    "drop_organisation": "lifecycle",
    "each_organisation": "directory",
    "get_organisation": "directory",
    "list_organisations": "directory",
    "migrate_everything": "migration",
    "migrate_organisations": "migration",
}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
