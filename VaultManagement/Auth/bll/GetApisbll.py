"""Reads of sign-in, and the check of a member's password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import AbstractBaseUser

from VaultErrors.BackendErrors import errors
from VaultManagement.Auth.bll.HelperFunctions import no_such_account
from VaultManagement.Users.bll.service import user_service
from VaultPlatform import tenancy
from VaultPlatform.identity import lockout
from VaultPlatform.identity.passwords import password_fits
from VaultPlatform.identity.permissions import permissions, rights_of

if TYPE_CHECKING:
    from VaultModels.models import User
    from VaultPlatform.identity.tokens import RefreshToken


def get_member(*, username: str, password: str, address: str) -> User:
    """The active member of that name and password, asked for from `address`, the client's.

    Raises Unauthenticated, alike for every reason, and TooManyRequests once that has happened too often.
    """
    username = AbstractBaseUser.normalize_username(username)
    attempt = lockout.begin(
        plane="organisation", organisation=tenancy.current().key, username=username, address=address
    )
    user = user_service.get(username=username)
    fits = password_fits(user, password)
    if user is None or not fits:
        raise no_such_account()
    lockout.forgiven(attempt)
    return user


def check_own_password(*, user: User, password: str, address: str) -> None:
    """Raise ValidationError unless `password` is that of `user`, who is signed in.

    It counts as a sign-in: a stolen token is no way to guess the password at leisure. Raises TooManyRequests alike.
    """
    attempt = lockout.begin(
        plane="organisation", organisation=tenancy.current().key, username=user.username, address=address
    )
    if not password_fits(user, password):
        raise errors.bad_request.ValidationError("old_password: this is not your password.")
    lockout.forgiven(attempt)


def get_refresh_token(*, refresh: str) -> RefreshToken:
    """The token that a client sent. Raises Unauthenticated, or PermissionDenied if it is another organisation's."""
    from VaultPlatform.identity.tokens import RefreshToken

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
        "permissions": sorted(permissions() if (rights := rights_of(user)) is None else rights),
        "organisation": tenancy.current().slug,
    }
