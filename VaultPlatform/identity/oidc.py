"""Sign-in through a provider that speaks OpenID Connect: the authorization code flow with PKCE.

The provider is found by its issuer's discovery document. What it says of a person is believed once its ID token has
been verified: RS256 or ES256 by its published keys, issuer, audience, expiry, nonce, authorized party.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

import jwt

from VaultErrors.BackendErrors import errors
from VaultPlatform.config import Problem, SettingsError
from VaultPlatform.identity.oidc_http import ProviderClient, ProviderRefused, is_trustworthy

#: What an ID token may be signed with, and the type of key that belongs to it.
ALGORITHMS = {"RS256": "RSA", "ES256": "EC"}
REQUIRED = ["iss", "aud", "exp", "iat", "sub", "nonce"]
#: Seconds by which the provider's clock may differ.
LEEWAY = 10
#: Seconds for which what the provider publishes is remembered, and after which it is at the soonest asked again.
REMEMBERED, AT_THE_SOONEST = 3600.0, 30.0


@dataclass(frozen=True, kw_only=True)
class ProviderIdentity:
    """Who somebody is, as the provider has said it."""

    #: The field of a member by which they are found, and its value.
    field: Literal["email", "username"]
    value: str
    #: For a member that is made: what the provider knows beside it, empty where it does not.
    email: str
    #: The role of a member that is made; None where only those are let in that there are.
    role_of_new: str | None


class OpenIdConnect:
    """One provider, as `Auth.oidc` of the settings describes it."""

    def __init__(
        self,
        *,
        issuer: str,
        client_id: str,
        redirect_uri: str,
        client_secret: str | None = None,
        scopes: Sequence[str] = ("openid", "email"),
        claim: str = "email",
        member_field: Literal["email", "username"] = "email",
        create_members: str | None = None,
        hosts: Sequence[str] = (),
        timeout_seconds: float = 5.0,
    ) -> None:
        """Parameters as in docs/identity.md. Raises SettingsError for an issuer that cannot be trusted."""
        if not is_trustworthy(issuer):
            wrong = f"{issuer!r} can be read and changed on its way"
            expected = "an address with https (http for this very machine only)"
            raise SettingsError(
                Problem(file="settings", key="Auth.oidc.issuer", wrong=wrong, expected=expected)
            )
        if member_field not in {"email", "username"}:
            wrong = f"{member_field!r} is no field of members that is unique"
            problem = Problem(
                file="settings", key="Auth.oidc.member_field", wrong=wrong, expected="email or username"
            )
            raise SettingsError(problem)
        self.issuer, self.client_id, self.redirect_uri = issuer, client_id, redirect_uri
        self._secret, self._scopes, self._claim = client_secret, tuple(scopes), claim
        self._field, self._role_of_new = member_field, create_members
        self._client = ProviderClient(
            hosts=frozenset({urlsplit(issuer).netloc, *hosts}), timeout=timeout_seconds
        )
        self._published: dict[str, tuple[float, dict[str, Any] | None]] = {}

    def authorization_url(self, *, state: str, nonce: str, code_verifier: str) -> str:
        """Where the person is sent to sign in. Raises Unavailable."""
        endpoint = self._client.check(
            self._metadata().get("authorization_endpoint"), what="a page for signing in"
        )
        challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=")
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self.client_id,
                "redirect_uri": self.redirect_uri,
                "scope": " ".join(self._scopes),
                "state": state,
                "nonce": nonce,
                "code_challenge": challenge.decode(),
                "code_challenge_method": "S256",
            }
        )
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{query}"

    def identity(self, *, code: str, nonce: str, code_verifier: str) -> ProviderIdentity:
        """Who has signed in at the provider, for the code that they came back with.

        Raises Unauthenticated if the provider does not confirm it, Unavailable if it cannot be asked.
        """
        try:
            answer = self._exchange(code=code, code_verifier=code_verifier)
            claims = self._verified(answer.get("id_token"), nonce=nonce)
        except (ProviderRefused, jwt.PyJWTError) as error:
            raise errors.bad_request.Unauthenticated(
                "The sign-in provider does not confirm this sign-in; begin again."
            ) from error
        return self._identity(claims)

    def _exchange(self, *, code: str, code_verifier: str) -> dict[str, Any]:
        metadata = self._metadata()
        endpoint = self._client.check(metadata.get("token_endpoint"), what="a place for codes")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "client_id": self.client_id,
            "code_verifier": code_verifier,
        }
        if self._secret is None:
            return self._client.post(endpoint, form)
        methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" in methods:
            return self._client.post(endpoint, form, basic=(self.client_id, self._secret))
        return self._client.post(endpoint, {**form, "client_secret": self._secret})

    def _verified(self, id_token: Any, *, nonce: str) -> dict[str, Any]:
        if not isinstance(id_token, str):
            raise jwt.InvalidTokenError("no ID token")
        claims: dict[str, Any] = jwt.decode(
            id_token,
            self._key_of(jwt.get_unverified_header(id_token)),
            algorithms=list(ALGORITHMS),
            audience=self.client_id,
            issuer=self.issuer,
            leeway=LEEWAY,
            options={"require": REQUIRED},
        )
        if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise jwt.InvalidTokenError("another nonce")
        party = claims.get("azp")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or party is not None) and party != self.client_id:
            raise jwt.InvalidTokenError("another authorized party")
        return claims

    def _key_of(self, header: Mapping[str, Any]) -> Any:
        """The published key that a token names, looked for again if the provider has exchanged its keys meanwhile."""
        wanted = ALGORITHMS.get(str(header.get("alg")))
        if wanted is None:
            raise jwt.InvalidAlgorithmError("another algorithm")
        for older_than in (REMEMBERED, AT_THE_SOONEST):
            for key in self._keys(older_than=older_than):
                if key.key_id == header.get("kid") and key.key_type == wanted:
                    return key.key
        raise jwt.InvalidKeyError("no key of that id")

    def _keys(self, *, older_than: float) -> list[jwt.PyJWK]:
        uri = self._client.check(self._metadata().get("jwks_uri"), what="keys")
        published = self._remembered(uri, older_than=older_than)
        return jwt.PyJWKSet.from_dict(published).keys

    def _metadata(self) -> dict[str, Any]:
        url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        metadata = self._remembered(url, older_than=REMEMBERED)
        if metadata.get("issuer") != self.issuer:
            raise errors.server.Unavailable("The sign-in provider says that it is another one.")
        return metadata

    def _remembered(self, url: str, *, older_than: float) -> dict[str, Any]:
        """What is published at `url`, as it was at most `older_than` seconds ago; older if it cannot be asked now."""
        asked, known = self._published.get(url, (float("-inf"), None))
        if time.monotonic() - asked > older_than:
            try:
                known = self._client.get(url)
            except errors.VaultError:
                if known is None:
                    raise
            self._published[url] = (time.monotonic(), known)
        return dict(known or {})

    def _identity(self, claims: Mapping[str, Any]) -> ProviderIdentity:
        value, email = claims.get(self._claim), claims.get("email")
        verified = claims.get("email_verified") is True
        if not isinstance(value, str) or not value or (self._claim == "email" and not verified):
            raise errors.bad_request.Unauthenticated(
                f"The sign-in provider does not say who you are: it has confirmed no {self._claim}."
            )
        return ProviderIdentity(
            field=self._field,
            value=value,
            email=email if isinstance(email, str) and verified else "",
            role_of_new=self._role_of_new,
        )
