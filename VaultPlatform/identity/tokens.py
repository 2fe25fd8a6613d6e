"""The JWTs of the vault, one class a purpose.

Each purpose has its own audience, so that no token serves where another is meant: members' access and refresh tokens
name their organisation, operators' tokens name none.
"""

from datetime import timedelta
from functools import cache, lru_cache
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import Token

from VaultErrors.BackendErrors import errors

ALGORITHM = "HS256"
ISSUER = "nimbusvault"


#: How many verified tokens of each purpose a process remembers.
REMEMBERED = 1024


class RememberingBackend(TokenBackend):
    """Checks a token's signature and claims once, and remembers what it said.

    Whether it has expired is looked at each time, by `Token.verify`. What fails is not remembered.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._claims = lru_cache(REMEMBERED)(super().decode)

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:  # noqa: FBT001, FBT002  # simplejwt's signature
        return dict(self._claims(token) if verify else super().decode(token, verify))


@cache
def _backend(audience: str) -> TokenBackend:
    return RememberingBackend(
        ALGORITHM, signing_key=settings.TOKEN_SIGNING_KEY, audience=audience, issuer=ISSUER
    )


class VaultToken(Token):
    """A signed token for one audience.

    `VaultToken(encoded)` verifies and raises simplejwt's TokenError; `decode` is the same with an error for clients.
    """

    audience: str
    #: Claims without which the token names nobody; each is a UUID as text.
    identities: tuple[str, ...] = ("sub",)

    @property
    def token_backend(self) -> TokenBackend:
        return _backend(self.audience)

    @classmethod
    def make(cls, **claims: Any) -> Self:
        """A new token with `claims`; UUIDs are written as strings."""
        token = cls()
        for name, value in claims.items():
            token[name] = str(value)
        return token

    @classmethod
    def decode(cls, encoded: str) -> Self:
        """Verify signature, algorithm, audience, issuer, type and expiry. Raises Unauthenticated."""
        try:
            token = cls(encoded)  # type: ignore[arg-type]
            for claim in cls.identities:
                UUID(token[claim])
        except (TokenError, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise errors.bad_request.Unauthenticated(
                "The token is invalid or has expired; sign in again, or refresh it.",
                headers={"WWW-Authenticate": "JWT"},
            ) from error
        return token


class AccessToken(VaultToken):
    """Lets a member in for some minutes; claims `sub` (user), `org` (organisation), `sid` (session)."""

    token_type = "access"  # noqa: S105  # a name, no secret
    audience = "vault"
    identities = ("sub", "sid")
    lifetime = timedelta(minutes=settings.ACCESS_TOKEN_MINUTES)


class RefreshToken(VaultToken):
    """Exchanged once for a new pair; claims as the access token's."""

    token_type = "refresh"  # noqa: S105  # a name, no secret
    audience = "vault-refresh"
    identities = ("sub", "sid")
    lifetime = timedelta(days=settings.REFRESH_TOKEN_DAYS)


class SiteToken(VaultToken):
    """Lets an operator in; claim `sub` (operator)."""

    token_type = "site"  # noqa: S105  # a name, no secret
    audience = "vault-site"
    lifetime = timedelta(minutes=settings.ACCESS_TOKEN_MINUTES)
