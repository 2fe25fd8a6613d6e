"""Small parts of signing in through a provider that touch no table."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Final

from VaultErrors.BackendErrors import errors

#: How long somebody may take at the provider.
TIME_TO_RETURN: Final = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Start:
    """A sign-in that begins: what is sent along, and what only this client gets to hold."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    code_verifier: str = field(default_factory=lambda: secrets.token_urlsafe(64))
    binding: str = field(default_factory=lambda: secrets.token_urlsafe(32))


def digest(secret: str) -> str:
    """What is kept of a random secret."""
    return sha256(secret.encode()).hexdigest()


def not_offered() -> errors.VaultError:
    """The answer of a site without a provider."""
    return errors.bad_request.NotFound("This site signs nobody in through another provider.")


def not_begun() -> errors.VaultError:
    """The answer to whoever comes back with a state that is none, is spent, or is that of another client."""
    return errors.bad_request.Unauthenticated(
        "This sign-in was not begun here, or has been finished or taken too long; begin again."
    )


def no_such_member() -> errors.VaultError:
    """The answer where the provider knows somebody and the organisation does not."""
    return errors.bad_request.Unauthenticated(
        "No active account of this organisation belongs to your sign-in at the provider."
    )
