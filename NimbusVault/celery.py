"""The Celery application. Plugins import `app` from here."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "NimbusVault.settings")

app = Celery("NimbusVault")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["Orchestrators"], related_name="WorkerTasks")
