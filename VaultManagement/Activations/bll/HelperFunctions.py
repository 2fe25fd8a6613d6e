"""Activations as operators see them. No table is touched here."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from VaultErrors.BackendErrors import errors
from VaultPlatform.activation.errors import ActivationError, BadPackage, Unknown
from VaultPlatform.activation.journal import Entry


@contextmanager
def refusals() -> Iterator[None]:
    """What cannot be, inside the block, as answers: ValidationError of a package, NotFound, else Conflict."""
    try:
        yield
    except BadPackage as error:
        raise errors.bad_request.ValidationError(str(error)) from error
    except Unknown as error:
        raise errors.bad_request.NotFound(str(error)) from error
    except ActivationError as error:
        raise errors.bad_request.Conflict(str(error)) from error


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
