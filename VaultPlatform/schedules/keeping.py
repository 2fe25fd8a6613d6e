"""Schedules as operators handle them: listed, added, switched and removed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from celery import current_app
from celery.schedules import ParseException, crontab
from django.db import transaction

from Orchestrators.WorkerTasks.OrganisationTask import EVERY, ORG, SiteTask
from VaultErrors.BackendErrors import errors
from VaultPlatform import audit, tenancy
from VaultPlatform.runs.queues import QUEUES
from VaultPlatform.schedules.service import crontab_service, interval_service, schedule_service

_PAUSE = re.compile(r"(?P<number>[1-9]\d{0,5})(?P<unit>[smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_CRON = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")


def list_schedules() -> list[dict[str, Any]]:
    """All schedules, by name."""
    found = schedule_service.filter(_select_related=("crontab", "interval")).order_by("name")
    return [shown(row) for row in found]


def shown(row: Any) -> dict[str, Any]:
    """A schedule as it is shown."""
    return {
        "name": row.name,
        "task": row.task,
        "when": str(row.crontab or row.interval or row.scheduler),
        "org": json.loads(row.headers or "{}").get(ORG, ""),
        "queue": row.queue or "",
        "args": json.loads(row.args or "[]"),
        "kwargs": json.loads(row.kwargs or "{}"),
        "enabled": row.enabled,
        "last_run_at": row.last_run_at,
        "total_run_count": row.total_run_count,
    }


def add(
    name: str,
    *,
    task: str,
    every: str = "",
    cron: str = "",
    timezone: str = "UTC",
    org: str = "",
    queue: str = "",
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Have a task sent again and again; returns the schedule.

    Parameters: `every`, such as "30s", "5m", "2h" or "1d", or `cron`, "minute hour day month weekday" in `timezone`
    (weekday 0 and 7 are Sunday); `org`, an organisation's slug, "*" for each active one, "" for a task of the site.
    Raises Conflict for a name that is taken, NotFound for an organisation or a task there is not, ValidationError else.
    """
    _check(task=task, org=org, queue=queue)
    with transaction.atomic(using="control"):
        if schedule_service.get(name=name):
            raise errors.bad_request.Conflict(f"There is a schedule '{name}' already; remove it first.")
        row = schedule_service.create(
            name=name,
            task=task,
            **_when(every, cron, timezone),
            args=json.dumps(list(args)),
            kwargs=json.dumps(dict(kwargs or {})),
            headers=json.dumps({ORG: org} if org else {}),
            queue=queue or None,
        )
        _enter("schedule.added", name, task=task, org=org)
    return shown(row)


def switch(name: str, *, on: bool) -> dict[str, Any]:
    """Pause a schedule, or have it go on. Raises NotFound."""
    with transaction.atomic(using="control"):
        row = schedule_service.update(_find(name), enabled=on)
        _enter("schedule.resumed" if on else "schedule.paused", name)
    return shown(row)


def remove(name: str) -> None:
    """Remove a schedule. Raises NotFound."""
    with transaction.atomic(using="control"):
        schedule_service.delete(_find(name))
        _enter("schedule.removed", name)


def _find(name: str) -> Any:
    row = schedule_service.get(name=name)
    if row is None:
        raise errors.bad_request.NotFound(f"There is no schedule '{name}'.")
    return row


def _check(*, task: str, org: str, queue: str) -> None:
    found = current_app.tasks.get(task)
    if found is None:
        raise errors.bad_request.NotFound(
            f"There is no task '{task}'. A task of a plugin is known while the plugin is on."
        )
    if bool(org) == isinstance(found, SiteTask):
        remedy = "leave out --org" if org else "name an organisation by --org, or each of them by --org '*'"
        what = "of the site" if org else "done for an organisation"
        raise errors.bad_request.ValidationError(f"The task '{task}' is {what}: {remedy}.")
    if org and org != EVERY:
        tenancy.find_organisation(org)
    if queue and queue not in QUEUES:
        raise errors.bad_request.ValidationError(
            f"There is no queue '{queue}'; the queues are {', '.join(QUEUES)}."
        )


def _when(every: str, cron: str, timezone: str) -> dict[str, Any]:
    if bool(every) == bool(cron):
        raise errors.bad_request.ValidationError("Say when: by --every, or by --cron, and not by both.")
    if every:
        pause = _PAUSE.fullmatch(every)
        if pause is None:
            raise errors.bad_request.ValidationError(f"'{every}' is no pause: write 30s, 5m, 2h or 1d.")
        values = {"every": int(pause["number"]), "period": _UNITS[pause["unit"]]}
        return {"interval": interval_service.get(**values) or interval_service.create(**values)}
    fields = cron.split()
    if timezone not in available_timezones():
        raise errors.bad_request.ValidationError(f"There is no time zone '{timezone}'; one is Europe/Berlin.")
    try:
        if len(fields) != len(_CRON):
            raise ParseException("it has other than five fields")
        crontab(**dict(zip(_CRON, fields, strict=True)))
    except (ParseException, ValueError) as error:
        raise errors.bad_request.ValidationError(
            f"'{cron}' is no time: {error}. Write minute, hour, day, month and weekday, such as '30 6 * * 1-5'."
        ) from error
    times = {**dict(zip(_CRON, fields, strict=True)), "timezone": timezone}
    return {"crontab": crontab_service.get(**times) or crontab_service.create(**times)}


def _enter(action: str, name: str, **detail: str) -> None:
    audit.record_site(action=action, entity_type="Schedule", entity_id=name, detail=detail)
