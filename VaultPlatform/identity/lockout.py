"""Brakes on guessing passwords: after some failures, an account is closed to one address for a while.

Failures count by account and address together, so that nobody can close an account to its owner from elsewhere. An
account that does not exist is treated alike, so that nobody learns which do. Each sign-in goes `check`, then the
password, then `count_failure` or `forget`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Literal

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError
from django.db.models import F
from django.utils.timezone import now

from VaultErrors.BackendErrors import errors
from VaultPlatform.identity.service import sign_in_failure_service


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A sign-in that may be tried."""

    #: Under which its failures are counted.
    key: str
    #: Whether any were on record before.
    failed_before: bool


def check(
    *, plane: Literal["organisation", "site"], organisation: str = "", username: str, address: str
) -> Attempt:
    """Whether sign-in may be tried; the answer is for `count_failure` or `forget`.

    Parameters: `organisation`, the key of the member's organisation, empty for operators; `username`, as typed;
    `address`, the client's. Raises TooManyRequests, with `Retry-After` in seconds.
    """
    key = _key(plane, organisation, AbstractBaseUser.normalize_username(username), address)
    record = sign_in_failure_service.get(key=key)
    if record is not None and record.failures >= settings.AUTH_MAX_FAILURES:
        seconds = ceil((record.since - window_start()).total_seconds())
        if seconds > 0:
            raise errors.bad_request.TooManyRequests(
                f"Sign-in with this name has failed too often from your address; try again in {seconds} seconds.",
                headers={"Retry-After": str(seconds)},
            )
    return Attempt(key=key, failed_before=record is not None)


def count_failure(attempt: Attempt) -> None:
    """Count one failure, exactly, however many are counted at the same time."""
    if _counted(attempt.key):
        return
    try:
        sign_in_failure_service.create(key=attempt.key, failures=1, since=now())
    except IntegrityError:  # somebody else's first failure came in between
        _counted(attempt.key)


def forget(attempt: Attempt) -> None:
    """Clear the count, after a success."""
    if attempt.failed_before:
        sign_in_failure_service.delete(attempt.key)


def window_start() -> datetime:
    """What failed first at this moment or earlier counts no longer."""
    return now() - timedelta(minutes=settings.AUTH_FAILURE_WINDOW)


def _counted(key: str) -> bool:
    """Count where there is a row already, starting afresh if its window has passed; whether there was one."""
    start = window_start()
    return bool(
        sign_in_failure_service.filter(key=key, since__gt=start).update(failures=F("failures") + 1)
        or sign_in_failure_service.filter(key=key, since__lte=start).update(failures=1, since=now())
    )


def _key(*parts: str) -> str:
    """Only the name can hold the separator, and two parts precede it and one follows: no two accounts meet."""
    return sha256("|".join(parts).encode()).hexdigest()
