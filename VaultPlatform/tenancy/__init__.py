"""Organisations apart: which one is current, its database, and how organisations come and go.

This face can be imported before Django is set up; what needs models is loaded when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from VaultPlatform.tenancy.context import (
    Organisation,
    current,
    current_or_none,
    inside,
    inside_async,
    outside,
    propagate,
    use,
)
from VaultPlatform.tenancy.exceptions import NoOrganisation, OrganisationChanged, TenancyError

if TYPE_CHECKING:
    from VaultPlatform.tenancy.directory import (
        each_organisation,
        get_organisation,
        get_organisation_by_key,
        list_organisations,
    )
    from VaultPlatform.tenancy.lifecycle import (
        create_organisation,
        delete_organisation,
        drop_organisation,
        find_organisation,
        purge_organisations,
        put_back_organisation,
        rename_organisation,
        resume_organisation,
        suspend_organisation,
    )
    from VaultPlatform.tenancy.migration import migrate_everything, migrate_organisations

__all__ = [
    "NoOrganisation",
    "Organisation",
    "OrganisationChanged",
    "TenancyError",
    "create_organisation",
    "current",
    "current_or_none",
    "delete_organisation",
    "drop_organisation",
    "each_organisation",
    "find_organisation",
    "get_organisation",
    "get_organisation_by_key",
    "inside",
    "inside_async",
    "list_organisations",
    "migrate_everything",
    "migrate_organisations",
    "outside",
    "propagate",
    "purge_organisations",
    "put_back_organisation",
    "rename_organisation",
    "resume_organisation",
    "suspend_organisation",
    "use",
]

_LATE = {
    "create_organisation": "lifecycle",
    "delete_organisation": "lifecycle",
    "drop_organisation": "lifecycle",
    "find_organisation": "lifecycle",
    "purge_organisations": "lifecycle",
    "put_back_organisation": "lifecycle",
    "rename_organisation": "lifecycle",
    "resume_organisation": "lifecycle",
    "suspend_organisation": "lifecycle",
    "each_organisation": "directory",
    "get_organisation": "directory",
    "get_organisation_by_key": "directory",
    "list_organisations": "directory",
    "migrate_everything": "migration",
    "migrate_organisations": "migration",
}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
