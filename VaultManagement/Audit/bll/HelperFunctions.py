"""What people get to see of an entry. No table is touched here."""

import json
from typing import Any


def format_entry(row: Any) -> dict[str, Any]:
    """An entry as its payload says, since that is what its hash proves; without a readable one, as its columns do."""
    return {
        "actor": {"kind": row.actor_kind, "id": row.actor_id, "name": ""},
        "action": row.action,
        "entity_type": row.entity_type,
        "entity_id": row.entity_id,
        "outcome": row.outcome,
        "request_id": "",
        "route": "",
        "method": "",
        "detail": {},
        "at": row.at.isoformat(timespec="microseconds"),
        **_told(row.payload),
        "seq": row.seq,
        "hash": row.hash,
    }


def _told(payload: str) -> dict[str, Any]:
    try:
        told = json.loads(payload)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
