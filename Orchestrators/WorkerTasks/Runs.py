"""Runs that were handed over by `enqueue()`."""

from uuid import UUID

from celery import shared_task

from VaultPlatform.runs.planes import current_plane
from VaultPlatform.runs.recovery import take_up


@shared_task(name="vault.execute_run", is_kept=False)
def execute_run(run_id: str) -> str:
    """Execute a run of the current organisation; returns the state that it ended in, "" if another worker has it."""
    return take_up(current_plane(), UUID(run_id))
