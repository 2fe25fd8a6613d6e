"""Background tasks. Celery finds those that are imported here."""

from Orchestrators.WorkerTasks.Maintenance import maintain_organisation, maintain_site

__all__ = ["maintain_organisation", "maintain_site"]
