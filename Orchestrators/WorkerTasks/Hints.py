"""The messages by which workers learn what waits for them."""

from uuid import UUID

from celery import current_app

from Orchestrators.WorkerTasks.OrganisationTask import publish
from Orchestrators.WorkerTasks.Runs import execute_run


def send(run_id: UUID, queue: str, task: str) -> None:
    """Send the message for a run of the current organisation; for a background task, named `task`, its own."""
    if task:
        publish(current_app.tasks[task], str(run_id), queue=queue)
    else:
        publish(execute_run, None, args=(str(run_id),), queue=queue)
