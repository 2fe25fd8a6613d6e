"""Reads of roles and permissions."""

from typing import Any

from django.conf import settings

from NimbusVaultConstants.CommonConstants.Paging import page_of
from VaultManagement.Roles.bll.HelperFunctions import format_permission, format_role, no_such_role
from VaultManagement.Roles.bll.service import custom_role_service
from VaultPlatform import tenancy
from VaultPlatform.identity.permissions import permissions


def list_roles(*, limit: int, offset: int) -> dict[str, Any]:
    """A page of the organisation's own roles, by name."""
    return page_of(
        custom_role_service.filter().order_by("name"), limit=limit, offset=offset, shown=format_role
    )


def get_role(*, name: str) -> dict[str, Any]:
    """One role. Raises NotFound."""
    role = custom_role_service.get(name=name)
    if role is None:
        raise no_such_role(name)
    return format_role(role)


def list_permissions(*, limit: int, offset: int) -> dict[str, Any]:
    """A page of the permissions that there are, by name; without those of plugins that are off here."""
    off = settings.PLUGIN_HOST.off_in(tenancy.current())
    here = [each for each in permissions().values() if each.source not in off]
    return page_of(here, limit=limit, offset=offset, shown=format_permission)
