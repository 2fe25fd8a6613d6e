"""The schedules that send tasks of a plugin, and what becomes of them when it goes."""

from __future__ import annotations

from django.db import transaction

from VaultPlatform import audit
from VaultPlatform.schedules.service import schedule_service


def names_of(plugin: str) -> list[str]:
    """The schedules that send tasks of a plugin."""
    found = schedule_service.filter(task__startswith=f"Plugins.{plugin}.").order_by("name")
    return list(found.values_list("name", flat=True))


def end_those_of(plugin: str, *, for_good: bool) -> list[str]:
    """Remove the schedules that send tasks of a plugin, or pause them if not `for_good`; returns their names."""
    names = names_of(plugin)
    with transaction.atomic(using="control"):
        for name in names:
            row = schedule_service.get(name=name)
            if for_good:
                schedule_service.delete(row)
            else:
                schedule_service.update(row, enabled=False)
            audit.record_site(
                action="schedule.removed" if for_good else "schedule.paused",
                entity_type="Schedule",
                entity_id=name,
                detail={"plugin": plugin},
            )
    return names
