"""One schedule for each organisation: the scheduler sends one message, a worker those of the organisations."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from celery import current_app, shared_task

from Orchestrators.WorkerTasks.OrganisationTask import SiteTask
from VaultPlatform import tenancy
from VaultPlatform.tenancy.states import ACTIVE

log = logging.getLogger("vault.runs")


@shared_task(name="vault.send_to_each", base=SiteTask)
def send_to_each(
    task: str,
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    queue: str | None = None,
) -> int:
    """Send the task of that name for each active organisation that is migrated and has its plugin on; to how many.

    One whose database cannot be reached is logged, and left out this time.
    """
    sender, sent = current_app.tasks[task], 0
    for organisation in tenancy.list_organisations():
        if organisation.status != ACTIVE or not organisation.migrated:
            continue
        try:
            with tenancy.use(organisation):
                result = sender.apply_async(list(args), dict(kwargs or {}), queue=queue)
            sent += result is not None  # None where the task's plugin is off
        except Exception:
            log.exception("%s could not be sent for the organisation %s", task, organisation.slug)
    return sent
