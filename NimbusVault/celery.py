"""The Celery application. Plugins import `app` from here."""

import os

from celery import Celery

from VaultPlatform.runs.worker import SweepStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "NimbusVault.settings")

app = Celery("NimbusVault", task_cls="Orchestrators.WorkerTasks.OrganisationTask:OrganisationTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["Orchestrators"], related_name="WorkerTasks")
app.steps["worker"].add(SweepStep)
