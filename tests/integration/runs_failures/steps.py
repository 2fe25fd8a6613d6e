"""A step and a task that leave a row each in their organisation."""

from typing import Any

from celery import shared_task
from django.contrib.auth.models import Group

from Orchestrators.ContextManager import context_manager, db_step, external_step


@db_step
@context_manager()
def leave_row(run: Any, name: str) -> None:
    """The step."""
    Group.objects.create(name=name)


@external_step
@context_manager()
def call_outside(run: Any, name: str) -> None:
    """A step outside of the database, which does nothing there."""


@shared_task(name="test.leave_row_later")
def leave_row_later(name: str) -> None:
    """The task."""
    Group.objects.create(name=name)
