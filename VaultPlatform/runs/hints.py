"""Messages to the workers. They only hint at what the journal holds: one that is lost is sent again by the sweep."""

from __future__ import annotations

import logging
from uuid import UUID

from django.utils.module_loading import import_string

from VaultPlatform import tenancy

log = logging.getLogger("vault.runs")
#: What sends them; by its name, since nobody who has a run waited for has business with the queue.
SENDER = "Orchestrators.WorkerTasks.Hints.send"


def hint(organisation: str, run_id: UUID, queue: str, *, task: str = "") -> bool:
    """Tell the workers that a run, or the background task of that name, waits for one of them.

    Returns whether the message could be sent.
    """
    found = tenancy.current_or_none()
    if found is None or found.key != organisation:
        found = tenancy.get_organisation_by_key(organisation)
    if found is None:
        return False
    try:
        with tenancy.use(found):
            import_string(SENDER)(run_id, queue, task)
    except Exception as error:  # noqa: BLE001  # whatever a broker that is away makes of it
        log.warning("the broker cannot be reached, so run %s waits: %s", run_id, error)
        return False
    return True
