"""The Celery application. Plugins import `app` from here."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init

from VaultPlatform.runs.worker import SweepStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "NimbusVault.settings")

app = Celery("NimbusVault", task_cls="Orchestrators.WorkerTasks.OrganisationTask:OrganisationTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["Orchestrators"], related_name="WorkerTasks")
app.steps["worker"].add(SweepStep)


def _tell_of_plugins(**_: Any) -> None:
    """The worker and the scheduler say at their start, as the web server does, where plugins come from."""
    from django.conf import settings

    settings.PLUGIN_HOST.tell_of_folders()


worker_init.connect(_tell_of_plugins)
beat_init.connect(_tell_of_plugins)
