"""Reads of sign-in, and the check of a member's password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import AbstractBaseUser

from VaultErrors.BackendErrors import errors
from VaultManagement.Auth.bll.HelperFunctions import password_fits
from VaultManagement.Users.bll.service import user_service
from VaultPlatform import tenancy
from VaultPlatform.identity import lockout
from VaultPlatform.identity.tokens import RefreshToken

if TYPE_CHECKING:
    from VaultModels.models import User


def get_member(*, username: str, password: str, address: str) -> User:
    """The active member of that name and password, asked for from `address`, the client's.

    Raises Unauthenticated, alike for every reason, and TooManyRequests once that has happened too often.
    """
    username = AbstractBaseUser.normalize_username(username)
    attempt = lockout.check(
        plane="organisation", organisation=tenancy.current().key, username=username, address=address
    )
    user = user_service.get(username=username)
    fits = password_fits(user, password)
    if user is None or not fits:
        lockout.count_failure(attempt)
        raise errors.bad_request.Unauthenticated("No active account has this name and password.")
    lockout.forget(attempt)
    return user


def get_refresh_token(*, refresh: str) -> RefreshToken:
    """The token that a client sent. Raises Unauthenticated, or PermissionDenied if it is another organisation's."""
    token = RefreshToken.decode(refresh)
    if token.get("org") != tenancy.current().key:
        raise errors.bad_request.PermissionDenied("This token belongs to another organisation.")
    return token


def get_me(*, user: User) -> dict[str, Any]:
    """The signed-in member, as the client may see it."""
    return {
        "id": str(user.id),
        "username": user.username,
        "email": user.email,
        "role": user.role,
        "organisation": tenancy.current().slug,
    }
