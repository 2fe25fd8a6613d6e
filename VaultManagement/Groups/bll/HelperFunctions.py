"""Small parts of groups that touch no table."""

from typing import Any

from django.contrib.auth.models import Group

from VaultErrors.BackendErrors import errors


def format_group(group: Group) -> dict[str, Any]:
    """A group as an administrator sees it; its members (`user_set`) must have been prefetched."""
    return {
        "id": group.pk,
        "name": group.name,
        "members": sorted(str(user.pk) for user in group.user_set.all()),
    }


def no_such_group() -> errors.VaultError:
    """The answer to an id that no group of this organisation has."""
    return errors.bad_request.NotFound("There is no group of that id.")


def name_taken(name: str) -> errors.VaultError:
    """The answer to a name that another group has."""
    return errors.bad_request.Conflict(f"There is a group '{name}' already.")
