"""The JWTs of the vault, one class a purpose.

Each purpose has its own audience, so that no token serves where another is meant: members' access and refresh tokens
name their organisation, operators' tokens name none.
"""

from datetime import timedelta
from functools import lru_cache
from typing import Any, Self
from uuid import UUID

import jwt
from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import Token

from VaultErrors.BackendErrors import errors
from VaultPlatform.identity import signing
from VaultPlatform.identity.signing import KeyRing

ALGORITHM = "HS256"
ISSUER = "nimbusvault"
#: How many verified tokens of each purpose a process remembers.
REMEMBERED = 1024
#: Characters of the longest token that is looked at; ours have some 500.
MAX_LENGTH = 4096
#: What a text that is no token of ours makes the libraries raise.
_REFUSED = (
    TokenError,
    AttributeError,
    KeyError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)


class RememberingBackend(TokenBackend):
    """Checks a token's signature and claims once, and remembers what it said, for one ring of keys.

    Whether it has expired is looked at each time, by `Token.verify`. What fails is not remembered, and another ring has
    another memory: the tokens of a key that is gone are refused at once.
    """

    def __init__(self, *, ring: KeyRing, audience: str) -> None:
        super().__init__(ALGORITHM, signing_key=ring.signing_key, audience=audience, issuer=ISSUER)
        self._ring = ring
        self._claims = lru_cache(REMEMBERED)(super().decode)

    def encode(self, payload: dict[str, Any]) -> str:
        """A token that says `payload` and which key has signed it."""
        claims = {**payload, "aud": self.audience, "iss": self.issuer}
        headers = {"kid": self._ring.signing_id}
        return jwt.encode(claims, self._ring.signing_key, algorithm=ALGORITHM, headers=headers)

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:  # noqa: FBT001, FBT002  # simplejwt's signature
        return dict(self._claims(token) if verify else super().decode(token, verify))

    def get_verifying_key(self, token: Any) -> str:
        """The key of the ring that the token names: nothing else in its header says how it is verified."""
        key_id = jwt.get_unverified_header(token).get("kid")
        key = self._ring.keys.get(key_id) if isinstance(key_id, str) else None
        if key is None:
            raise jwt.InvalidTokenError("no key of that id")
        return key


@lru_cache(maxsize=16)
def _backend(audience: str, ring: KeyRing) -> TokenBackend:
    return RememberingBackend(ring=ring, audience=audience)


class VaultToken(Token):
    """A signed token for one audience.

    `VaultToken(encoded)` verifies and raises simplejwt's TokenError; `decode` is the same with an error for clients.
    """

    audience: str
    #: Claims without which the token names nobody; each is a UUID as text.
    identities: tuple[str, ...] = ("sub",)

    @property
    def token_backend(self) -> TokenBackend:
        return _backend(self.audience, signing.ring())

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
        keys = signing.ring()
        try:
            return cls._verified(encoded)
        except _REFUSED as error:
            if signing.is_outdated(keys):
                return cls.decode(encoded)
            raise errors.bad_request.Unauthenticated(
                "The token is invalid or has expired; sign in again, or refresh it.",
                headers={"WWW-Authenticate": "JWT"},
            ) from error

    @classmethod
    def _verified(cls, encoded: str) -> Self:
        if len(encoded) > MAX_LENGTH:
            raise TokenError("too long")
        token = cls(encoded)  # type: ignore[arg-type]
        for claim in cls.identities:
            UUID(token[claim])
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
    """Lets an operator in; claims `sub` (operator), `gen` (the generation of their tokens)."""

    token_type = "site"  # noqa: S105  # a name, no secret
    audience = "vault-site"
    lifetime = timedelta(minutes=settings.ACCESS_TOKEN_MINUTES)
