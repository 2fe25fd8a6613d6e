"""Small parts of members that touch no table: passwords, what a client gets to see, what to answer in trouble."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as RulesBroken

from NimbusVaultConstants.CommonConstants.Choices import Role
from VaultErrors.BackendErrors import errors
from VaultModels.ModelRegistry import get_model

if TYPE_CHECKING:
    from VaultModels.models import User


def hashed_password(password: str, *, username: str, email: str) -> str:
    """The hash of a new password. Raises ValidationError if it breaks the site's rules, or is like the name."""
    named: Any = get_model("VaultModels.User")(username=username, email=email)
    try:
        validate_password(password, user=named)
    except RulesBroken as broken:
        raise errors.bad_request.ValidationError(f"password: {' '.join(broken.messages)}") from broken
    return make_password(password)


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
