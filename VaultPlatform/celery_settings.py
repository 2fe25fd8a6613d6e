"""Celery's settings from the vault's: four queues, and a broker made of files where no other is named."""

from pathlib import Path
from typing import Any

from celery.schedules import crontab
from kombu import Queue

from VaultPlatform.config import CelerySection, reveal
from VaultPlatform.runs.queues import QUEUES

#: For which a server of Redis may be silent.
_SECONDS = 2.0
#: Seconds between two looks at the files of the embedded broker; a worker that is full takes the next no sooner.
_POLL = 0.1


def celery_settings(config: CelerySection, home: Path) -> dict[str, Any]:
    """Celery's lower-case settings.

    Parameters: `config`, the Celery section; `home`, the folder of all state, where the embedded broker keeps messages.
    Messages are acknowledged when the task is done, so that a worker that dies loses none (the embedded broker of
    files may, and is for a single machine without a server).
    """
    settings: dict[str, Any] = {
        "task_queues": [Queue(name, routing_key=name) for name in QUEUES],
        "task_default_queue": "medium",
        "task_routes": {"vault.maintain_*": {"queue": "low"}},
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_ignore_result": config.result_url is None,
        "worker_prefetch_multiplier": 1,
        "worker_concurrency": config.concurrency,
        "worker_hijack_root_logger": False,
        "broker_connection_retry_on_startup": True,
        "beat_scheduler": "django_celery_beat.schedulers:DatabaseScheduler",
        "beat_schedule": {
            "maintenance": {"task": "vault.maintain_site", "schedule": crontab(hour="3", minute="10")},
        },
        "timezone": "UTC",
    }
    if config.result_url is not None:
        settings["result_backend"] = reveal(config.result_url)
    if config.broker_url is not None:
        url = reveal(config.broker_url)
        return {**settings, "broker_url": url, "broker_transport_options": _impatient(url)}
    return {**settings, **_broker_of_files(home / "broker")}


def _impatient(broker_url: str) -> dict[str, Any]:
    """Options with which whoever sends a message is not kept waiting by a broker that is away.

    What cannot be sent is in the journal, and the sweep sends it again.
    """
    once_more = {"max_retries": 1, "interval_start": 0, "interval_step": 0}
    if not broker_url.startswith(("redis", "sentinel")):
        return once_more
    # Longer than the second for which a worker has the server keep a question open.
    return {**once_more, "socket_connect_timeout": _SECONDS, "socket_timeout": _SECONDS}


def _broker_of_files(folder: Path) -> dict[str, Any]:
    messages, control = folder / "messages", folder / "control"
    for path in (messages, control):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(control),
        "polling_interval": _POLL,
    }
    return {
        "broker_url": "filesystem://localhost",
        "broker_transport": "VaultPlatform.runs.broker_of_files:Transport",
        "broker_transport_options": options,
    }
