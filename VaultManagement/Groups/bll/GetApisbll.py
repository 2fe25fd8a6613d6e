"""Reads of groups: one is two queries, a page three."""

from typing import Any

from NimbusVaultConstants.CommonConstants.Paging import page_of
from VaultManagement.Groups.bll.HelperFunctions import format_group, no_such_group
from VaultManagement.Groups.bll.service import group_service


def list_groups(*, limit: int, offset: int) -> dict[str, Any]:
    """A page of the groups, by name."""
    found = group_service.filter(_prefetch_related="user_set").order_by("name")
    return page_of(found, limit=limit, offset=offset, shown=format_group)


def get_group(*, group_id: int) -> dict[str, Any]:
    """One group. Raises NotFound."""
    group = group_service.get(id=group_id, _prefetch_related="user_set")
    if group is None:
        raise no_such_group()
    return format_group(group)
