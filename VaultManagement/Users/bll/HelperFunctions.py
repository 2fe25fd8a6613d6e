"""Small parts of members that touch no table: what a client gets to see, what to answer in trouble."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from NimbusVaultConstants.CommonConstants.Choices import Role
from VaultErrors.BackendErrors import errors

if TYPE_CHECKING:
    from VaultModels.models import User


def is_active_administrator(user: User) -> bool:
    """Whether `user` can administrate the organisation."""
    return user.is_active and user.role == Role.ADMINISTRATOR


def check_administrator_remains(user: User, *, others: Iterable[User]) -> None:
    """Raise Conflict if `user` is, as changed now, no active administrator and nobody among `others` is one."""
    if not is_active_administrator(user) and not any(is_active_administrator(other) for other in others):
        raise errors.bad_request.Conflict(
            "This is the organisation's last active administrator; make another member one first."
        )


def format_user(user: User) -> dict[str, Any]:
    """A member as an administrator sees them; their groups must have been prefetched."""
    return {
        "id": str(user.pk),
        "username": user.username,
        "email": user.email,
        "role": str(user.role),
        "is_active": user.is_active,
        "groups": sorted(group.pk for group in user.groups.all()),
        "created_at": user.created_at.isoformat(),
    }


def no_such_user() -> errors.VaultError:
    """The answer to an id that no member of this organisation has."""
    return errors.bad_request.NotFound("There is no user of that id.")


def name_taken(username: str) -> errors.VaultError:
    """The answer to a user name that somebody has, whatever its case."""
    return errors.bad_request.Conflict(
        f"There is a user '{username}' already; upper and lower case do not matter."
    )
