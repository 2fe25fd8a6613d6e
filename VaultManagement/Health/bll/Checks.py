"""What readiness looks at. A check returns nothing and raises if something is wrong."""
# checklist: allow bll-split: reads without a table, apart from how they are run and shown
# checklist: allow tasks-apart: asks whether the broker is there, and sends nothing

import os
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from kombu import Connection

from Plugins.plugin_manager import plugin_manager
from VaultManagement.Health.bll.HelperFunctions import Check
from VaultPlatform.identity.service import operator_service

HOOK = "collect_health_checks"
#: Brokers that are no server: files of this machine, and memory.
_EMBEDDED = ("filesystem", "memory")


def core_checks() -> dict[str, Check]:
    """Without these the site cannot serve."""
    return {"database": check_database, "storage": check_storage}


def auxiliary_checks() -> dict[str, Check]:
    """Without these it serves, if less: work for the background then waits for the broker to come back."""
    url: str = settings.CELERY_SETTINGS["broker_url"]
    return {} if url.startswith(_EMBEDDED) else {"broker": partial(check_broker, url)}


def plugin_checks() -> Iterator[tuple[str, Check]]:
    """Name and health check of each plugin that is on and has one; the check returns what the plugin says."""
    for implementation in getattr(plugin_manager.hook, HOOK).get_hookimpls():
        if settings.PLUGIN_HOST.is_on(implementation.plugin_name):
            yield implementation.plugin_name, implementation.function


def check_database() -> None:
    """The server answers, and its tables are there. Organisations' rows are in the same place as the site's."""
    operator_service.filter(is_active=True).exists()


def check_storage() -> None:
    """A file can be written where the vault keeps its state."""
    home = Path(settings.VAULT_HOME)
    with tempfile.NamedTemporaryFile(dir=home, prefix=".health-") as file:
        file.write(b"ready")
        file.flush()
        os.fsync(file.fileno())


def check_broker(url: str) -> None:
    """The broker takes a connection."""
    options: Any = settings.CELERY_SETTINGS.get("broker_transport_options")
    with Connection(url, connect_timeout=1, transport_options=options) as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=1)
