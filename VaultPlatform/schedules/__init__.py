"""When background tasks are sent by themselves: kept in the site's database, and read by the scheduler.

The tables, and the scheduler that reads them, are django-celery-beat's. A schedule of an organisation says so in the
headers of its message (see `Orchestrators.WorkerTasks.OrganisationTask`).
"""
