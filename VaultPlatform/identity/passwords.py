"""Passwords of members and operators: the site's rules for new ones, and a check that takes the same time for all."""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol

from django.contrib.auth.hashers import check_password, is_password_usable, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as RulesBroken

from VaultErrors.BackendErrors import errors
from VaultModels.ModelRegistry import get_model


class Account(Protocol):
    """Somebody who signs in with a password, of which there is a hash."""

    password: str
    is_active: bool


def hashed_password(password: str, *, username: str, email: str = "") -> str:
    """The hash of a new password. Raises ValidationError if it breaks the site's rules, or is like the name."""
    if broken := broken_rules(password, username=username, email=email):
        raise errors.bad_request.ValidationError(f"password: {broken}")
    return make_password(password)


def hash_of_given(password: str, *, username: str, even_weak: bool) -> str:
    """The hash of a password that was given to a command: `hashed_password`, unless a weak one is wanted."""
    return make_password(password) if even_weak else hashed_password(password, username=username)


def broken_rules(password: str, *, username: str, email: str = "") -> str:
    """What is wrong with a new password, in words; empty if nothing is."""
    named: Any = get_model("VaultModels.User")(username=username, email=email)
    try:
        validate_password(password, user=named)
    except RulesBroken as broken:
        return " ".join(broken.messages)
    return ""


def password_fits(account: Account | None, password: str) -> bool:
    """Whether `password` is that of an active account; costs one hash whether there is such an account or not."""
    nobodys = _nobodys_password()
    encoded = nobodys if account is None or not is_password_usable(account.password) else account.password
    try:
        fits = check_password(password, encoded)
    except ValueError:  # what an archive brought along as a hash, and is none
        fits, encoded = check_password(password, nobodys), nobodys
    return fits and encoded is not nobodys and account is not None and account.is_active


@cache
def _nobodys_password() -> str:
    return make_password("nobody's password, checked to spend the same time")
