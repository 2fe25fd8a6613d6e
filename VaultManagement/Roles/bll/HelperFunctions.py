"""Small parts of roles that touch no table: what a client gets to see, and who may give what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from VaultErrors.BackendErrors import errors
from VaultPlatform.identity.permissions import Permission, beyond, unknown

if TYPE_CHECKING:
    from VaultModels.models import CustomRole


def format_role(role: CustomRole) -> dict[str, Any]:
    """A role as an administrator sees it."""
    return {
        "id": str(role.pk),
        "name": role.name,
        "permissions": role.permissions,
        "description": role.description,
        "created_at": role.created_at.isoformat(),
    }


def format_permission(permission: Permission) -> dict[str, Any]:
    """A permission as an administrator sees it."""
    return {
        "name": permission.name,
        "least_role": permission.least_role.value,
        "source": permission.source,
    }


def known_permissions(names: Iterable[str], *, kept: Iterable[str] = ()) -> list[str]:
    """The permissions of these names, sorted, each once; those in `kept` may be of a plugin that is off.

    Raises ValidationError naming the nearest permission to each that is none.
    """
    wanted = set(names)
    if wrong := unknown(sorted(wanted - set(kept))):
        raise errors.bad_request.ValidationError(f"permissions: {' '.join(wrong)}")
    return sorted(wanted)


def check_may_give(wanted: frozenset[str] | None, *, held: Sequence[str] | None, what: str) -> None:
    """Raise PermissionDenied if not all of `wanted` is `held` by whoever gives it; None is everything.

    Parameters: `what` is given, or changed, in words.
    """
    if missing := beyond(wanted, held):
        shown = ", ".join(missing[:5]) + (" and more" if len(missing) > 5 else "")  # noqa: PLR2004  # enough to see why
        raise errors.bad_request.PermissionDenied(f"{what} needs permissions that you do not have: {shown}.")


def no_such_role(name: str) -> errors.VaultError:
    """The answer to a name that no role of this organisation's own has."""
    return errors.bad_request.NotFound(f"There is no role '{name}' beside the built-in ones.")
