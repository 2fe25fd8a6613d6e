"""Small parts of API keys that touch no table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.timezone import now

from VaultErrors.BackendErrors import errors
from VaultPlatform.identity.permissions import beyond, unknown

if TYPE_CHECKING:
    from VaultModels.models import ApiKey


def format_key(key: ApiKey) -> dict[str, Any]:
    """An API key as its owner sees it: of the key itself the beginning. Its user must have been joined."""
    return {
        "id": str(key.pk),
        "name": key.name,
        "prefix": key.prefix,
        "owner": key.user.username,
        "permissions": key.permissions,
        "created_at": key.created_at.isoformat(),
        "expires_at": key.expires_at.isoformat(),
        "last_used_at": key.last_used_at.isoformat() if key.last_used_at else None,
    }


def checked_permissions(names: Sequence[str], *, held: Sequence[str] | None) -> list[str]:
    """The permissions of a new key, sorted. Raises ValidationError for unknown ones, PermissionDenied beyond `held`."""
    wanted = frozenset(names)
    if wrong := unknown(sorted(wanted)):
        raise errors.bad_request.ValidationError(f"permissions: {' '.join(wrong)}")
    if missing := beyond(wanted, held):
        raise errors.bad_request.PermissionDenied(
            f"A key can be given what its owner may do; you may not: {', '.join(missing)}."
        )
    return sorted(wanted)


def checked_expiry(expires_at: datetime) -> datetime:
    """When a new key ends. Raises ValidationError if that has passed, or is later than the site allows."""
    latest = now() + timedelta(days=settings.API_KEY_DAYS)
    if not now() < expires_at <= latest:
        raise errors.bad_request.ValidationError(
            f"expires_at: a key ends in the future, and at the latest in {settings.API_KEY_DAYS} days:"
            f" {latest.isoformat(timespec='seconds')}."
        )
    return expires_at


def no_such_key() -> errors.VaultError:
    """The answer to an id that no key of the member has."""
    return errors.bad_request.NotFound("There is no API key of that id.")
