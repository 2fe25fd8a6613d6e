"""Background tasks. Celery finds those that are imported here."""

from Orchestrators.WorkerTasks.Maintenance import maintain_organisation, maintain_site
from Orchestrators.WorkerTasks.Runs import execute_run
from Orchestrators.WorkerTasks.Schedules import send_to_each

__all__ = ["execute_run", "maintain_organisation", "maintain_site", "send_to_each"]
