"""Brakes on guessing passwords: after some failures, an account is closed to one address for a while.

Failures count by account and address (of IPv6, a network of 64 bits) together, so that nobody can close an account to
its owner from elsewhere. An account that does not exist is treated alike, so that nobody learns which do. An attempt
counts before its password is looked at, so that many at once get no further than one after the other: each sign-in goes
`begin`, then the password, then, if that fits, `forgiven`.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Literal

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.timezone import now

from VaultErrors.BackendErrors import errors
from VaultPlatform.identity.service import count_attempt, sign_in_failure_service
from VaultPlatform.web.addresses import network_of


def begin(
    *, plane: Literal["organisation", "site"], organisation: str = "", username: str, address: str
) -> str:
    """Count a sign-in that is about to be tried as failed, and return its key, with which a success is `forgiven`.

    Parameters: `organisation`, the key of the member's organisation, empty for operators; `username`, as typed;
    `address`, the client's. Raises TooManyRequests, with `Retry-After` in seconds.
    """
    key = _key(plane, organisation, AbstractBaseUser.normalize_username(username), network_of(address))
    counted = count_attempt(key, window_start=window_start())
    if counted.failures > settings.AUTH_MAX_FAILURES:
        seconds = max(1, ceil((counted.since - window_start()).total_seconds()))
        raise errors.bad_request.TooManyRequests(
            f"Sign-in with this name has failed too often from your address; try again in {seconds} seconds.",
            headers={"Retry-After": str(seconds)},
        )
    return key


def forgiven(key: str) -> None:
    """Clear the count, after a success."""
    sign_in_failure_service.delete(key)


def window_start() -> datetime:
    """What failed first at this moment or earlier counts no longer."""
    return now() - timedelta(minutes=settings.AUTH_FAILURE_WINDOW)


def _key(*parts: str) -> str:
    """Only the name can hold the separator, and two parts precede it and one follows: no two accounts meet."""
    return sha256("|".join(parts).encode()).hexdigest()
