"""Reads of activity: a list is two queries."""

from typing import Any

from NimbusVaultConstants.CommonConstants.Paging import page_of
from NimbusVaultConstants.CommonConstants.Permissions import may
from Plugins.Activity_Plugin.bll.Activity.HelperFunctions import format_entry
from Plugins.Activity_Plugin.bll.Activity.service import activity_entry_service
from Plugins.Activity_Plugin.CommonConstants import MEMBER


def list_activity(
    *, user: Any, kind: str = "", entity_id: str = "", limit: int = 50, offset: int = 0
) -> dict[str, Any]:
    """A page of what happened in the organisation, the newest first.

    Parameters:
        user: who is asking; entries about members are left out unless it is an administrator.
        kind: only entries of this `Kind`; "" for all.
        entity_id: only entries of the entity of this id; "" for all.
    """
    wanted = {"kind": kind, "entity_id": entity_id}
    rows = activity_entry_service.filter(**{name: value for name, value in wanted.items() if value})
    if not may(user, "activity.manage"):
        rows = rows.exclude(entity_type=MEMBER)
    return page_of(rows.order_by("-id"), limit=limit, offset=offset, shown=format_entry)
