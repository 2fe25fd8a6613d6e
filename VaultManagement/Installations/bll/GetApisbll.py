"""What there is of a plugin, before it is taken away."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings

from VaultManagement.Activations.bll.HelperFunctions import refusals
from VaultPlatform.installing.asking import place_of_server
from VaultPlatform.installing.uninstalling import look


def get_holdings(*, name: str) -> dict[str, Any]:
    """Files, rows, settings and dependants of a plugin. Raises NotFound, and Conflict while plugins are switched."""
    with refusals():
        found = asdict(look(name, place=place_of_server(Path(settings.VAULT_HOME))))
    return {**found, "unknown": found["unknown"] or None}
