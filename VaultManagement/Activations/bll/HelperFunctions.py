"""Activations as operators see them. No table is touched here."""

from datetime import UTC, datetime
from typing import Any

from VaultPlatform.activation.journal import Entry


def format_activation(entry: Entry) -> dict[str, Any]:
    """One activation."""
    return {
        "id": entry.id,
        "action": entry.action,
        "names": entry.names,
        "actor": dict(zip(("kind", "id", "name"), entry.actor, strict=False)) or None,
        "state": entry.state,
        "over": entry.is_over,
        "times": {stage: datetime.fromtimestamp(at, UTC).isoformat() for stage, at in entry.times.items()},
        "switched_on": entry.switched_on,
        "switched_off": entry.switched_off,
        "reason": entry.reason or None,
        "notes": entry.notes,
    }
