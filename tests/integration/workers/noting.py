"""A plugin's task that knows nothing of organisations."""

from celery import shared_task
from django.contrib.auth.models import Group
from django.db import transaction

from Orchestrators.WorkerTasks.OrganisationTask import OrganisationTask


@shared_task(name="test.note", base=OrganisationTask, bind=True, max_retries=None)
def note(self, name: str, *, fails: bool = False) -> None:
    """Write a row; the first time, some fail half-way and are sent again from inside the task."""
    try:
        with transaction.atomic():
            Group.objects.create(name=name)
            if fails and not self.request.retries:
                raise ZeroDivisionError
    except ZeroDivisionError as error:
        raise self.retry(countdown=0) from error
