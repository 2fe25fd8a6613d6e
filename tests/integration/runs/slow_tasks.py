"""A task that takes a moment, and may be begun twice."""

import time

from celery import shared_task
from django.contrib.auth.models import Group


@shared_task(name="test.slowly")
def slowly(name: str) -> None:
    """Write a row, once."""
    time.sleep(0.05)
    Group.objects.get_or_create(name=name)
