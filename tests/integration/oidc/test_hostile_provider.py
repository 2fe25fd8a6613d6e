"""What is believed of a provider, and which of its addresses are asked: ID tokens, published keys, endpoints."""

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from tests.integration.oidc.hostile import CLIENT, EC, NONCE, OTHER, PUBLISHED, RSA, Hostile, hostile_provider
from VaultErrors.BackendErrors import errors
from VaultPlatform.config import SettingsError
from VaultPlatform.identity import oidc
from VaultPlatform.identity.oidc import OpenIdConnect
from VaultPlatform.identity.oidc_http import MAX_ANSWER, is_trustworthy

pytestmark = pytest.mark.database_independent


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    with hostile_provider() as provider:
        yield provider


def vault(provider: Hostile, **options: Any) -> OpenIdConnect:
    return OpenIdConnect(
        **{"issuer": provider.issuer, "client_id": CLIENT, "redirect_uri": "http://127.0.0.1:1/", **options}
    )


def believed(provider: Hostile, id_token: Any, client: OpenIdConnect | None = None) -> bool:
    provider.id_token = id_token
    try:
        (client or vault(provider)).identity(code="code", nonce=NONCE, code_verifier="v" * 43)
    except errors.bad_request.Unauthenticated:
        return False
    return True


def test_what_it_has_signed_is_believed(hostile: Hostile) -> None:
    assert believed(hostile, hostile.sign(hostile.claims()))
    assert believed(hostile, hostile.sign(hostile.claims(), key=EC, algorithm="ES256", kid="ec"))
    assert believed(hostile, hostile.sign(hostile.claims(aud=[CLIENT])))
    assert believed(hostile, hostile.sign(hostile.claims(aud=[CLIENT, "another"], azp=CLIENT)))


NOW = int(time.time())
WRONG: list[dict[str, Any]] = [
    {"iss": "http://127.0.0.1:1"},
    {"aud": "another"},
    {"aud": ["another"]},
    {"aud": [CLIENT, "another"]},
    {"aud": [CLIENT, "another"], "azp": "another"},
    {"azp": "another"},
    {"nonce": "another"},
    {"nonce": ""},
    {"nonce": None},
    {"exp": NOW - 60},
    {"iat": NOW + 3600},
    {"nbf": NOW + 3600},
    *({name: "gone"} for name in ("iss", "aud", "exp", "iat", "sub", "nonce")),
    {"email": None},
    {"email": 5},
    {"email": "gone"},
    {"email_verified": False},
    {"email_verified": "true"},
    {"email_verified": "gone"},
]


@pytest.mark.parametrize("change", WRONG, ids=" ".join)
def test_a_wrong_claim_is_not_believed_even_signed(hostile: Hostile, change: dict[str, Any]) -> None:
    assert not believed(hostile, hostile.sign(hostile.claims(**change)))


def test_a_signature_by_another_key_is_not_believed(hostile: Hostile) -> None:
    claims = hostile.claims()
    assert not believed(hostile, hostile.sign(claims, key=OTHER))
    assert not believed(hostile, hostile.sign(claims, kid="unknown"))
    assert not believed(hostile, hostile.sign(claims, kid=None))
    assert not believed(hostile, hostile.sign(claims, key=EC, algorithm="ES256", kid="rsa"))
    assert not believed(hostile, hostile.sign(claims, algorithm="RS512"))
    assert not believed(hostile, hostile.sign(claims, algorithm="PS256"))


@pytest.mark.parametrize("secret", ["the public key", "the published secret", ""])
def test_a_shared_secret_is_no_signature(hostile: Hostile, secret: str) -> None:
    """HS256 over the public key, which everybody has: what those fall for who let the token choose."""
    public = RSA.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    key, kid = {
        "the public key": (public, "rsa"),
        "the published secret": (b"secret", "oct"),
        "": (b"", "rsa"),
    }[secret]
    for algorithm in ("HS256", "none"):
        parts = ({"alg": algorithm, "kid": kid}, hostile.claims())
        text = ".".join(urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in parts)
        mac = hmac.new(key, text.encode(), hashlib.sha256).digest() if algorithm == "HS256" else b""
        assert not believed(hostile, f"{text}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}")


@pytest.mark.parametrize("id_token", [None, "", "a.b.c", 5, {"alg": "none"}, "x" * 100_000])
def test_what_is_no_token_is_not_believed(hostile: Hostile, id_token: Any) -> None:
    assert not believed(hostile, id_token)


def test_keys_that_are_exchanged_are_looked_for_and_not_more_often_than_that(
    hostile: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = vault(hostile)
    assert believed(hostile, hostile.sign(hostile.claims()), client)
    changed = {**PUBLISHED[0], "kid": "new"}
    hostile.keys = {"keys": [changed]}
    for _ in range(5):
        assert not believed(hostile, hostile.sign(hostile.claims(), kid="new"), client)
    assert hostile.asked.count("/keys") == 1
    monkeypatch.setattr(oidc, "AT_THE_SOONEST", 0.0)
    assert believed(hostile, hostile.sign(hostile.claims(), kid="new"), client)
    assert hostile.asked.count("/.well-known/openid-configuration") == 1


ELSEWHERE = [
    "http://127.0.0.2:1/x",
    "http://example.org/x",
    "https://example.org/x",
    "file:///etc/passwd",
    "//x",
    5,
    None,
]


@pytest.mark.parametrize("endpoint", ["token_endpoint", "jwks_uri", "authorization_endpoint"])
@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_an_endpoint_elsewhere_is_not_asked(hostile: Hostile, endpoint: str, elsewhere: Any) -> None:
    hostile.discovery[endpoint] = elsewhere
    hostile.id_token = hostile.sign(hostile.claims())
    client = vault(hostile)
    with pytest.raises(errors.server.Unavailable):
        client.authorization_url(state="s", nonce=NONCE, code_verifier="v" * 43)
        client.identity(code="code", nonce=NONCE, code_verifier="v" * 43)


@pytest.mark.parametrize("path", ["/token", "/keys", "/.well-known/openid-configuration"])
def test_nobody_is_followed_elsewhere(hostile: Hostile, path: str) -> None:
    with hostile_provider() as other:
        for status in (301, 302, 303, 307, 308):
            hostile.raw[path] = (status, {"Location": f"{other.issuer}{path}"}, b"{}")
            with pytest.raises(errors.VaultError):
                vault(hostile).identity(code="code", nonce=NONCE, code_verifier="v" * 43)
        assert other.asked == []


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{", b"[" * 100_000, b'{"x": "' + b"x" * MAX_ANSWER + b'"}', b"\xff"],
    ids=lambda body: str(body[:8]),
)
def test_an_answer_that_cannot_be_understood_is_a_503(hostile: Hostile, body: bytes) -> None:
    hostile.raw["/.well-known/openid-configuration"] = (200, {}, body)
    with pytest.raises(errors.server.Unavailable):
        vault(hostile).authorization_url(state="s", nonce=NONCE, code_verifier="v" * 43)


@pytest.mark.parametrize(
    "keys", [{}, {"keys": []}, {"keys": [{"kty": "RSA"}]}, {"keys": "x"}, {"keys": [5]}], ids=str
)
def test_keys_that_are_none_let_nobody_in(hostile: Hostile, keys: Any) -> None:
    hostile.keys = keys
    assert not believed(hostile, hostile.sign(hostile.claims()))


def test_a_provider_that_says_it_is_another_is_not_believed(hostile: Hostile) -> None:
    hostile.discovery["issuer"] = "http://127.0.0.1:1"
    with pytest.raises(errors.server.Unavailable, match="another one"):
        vault(hostile).authorization_url(state="s", nonce=NONCE, code_verifier="v" * 43)


def test_endpoints_on_hosts_that_the_settings_name_are_asked(hostile: Hostile) -> None:
    with hostile_provider() as other:
        hostile.discovery["jwks_uri"] = f"{other.issuer}/keys"
        client = vault(hostile, hosts=[other.issuer.removeprefix("http://")])
        assert believed(hostile, hostile.sign(hostile.claims()), client)
        assert other.asked == ["/keys"]


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://id.example.org", True),
        ("http://127.0.0.1:8080/o", True),
        ("http://localhost/o", True),
        ("http://[::1]:1/", True),
        ("http://id.example.org", False),
        ("http://127.0.0.1.example.org", False),
        ("https://user:pass@id.example.org", False),
        ("https://id.example.org/#x", False),
        ("ftp://127.0.0.1", False),
        ("file:///etc", False),
        ("", False),
    ],
)
def test_a_provider_is_reached_by_https_except_on_this_machine(url: str, *, trusted: bool) -> None:
    assert is_trustworthy(url) == trusted
    options = {"client_id": "c", "redirect_uri": "https://x.example.org/"}
    if trusted:
        assert OpenIdConnect(issuer=url, **options).issuer == url
    else:
        with pytest.raises(SettingsError, match=r"Auth\.oidc\.issuer"):
            OpenIdConnect(issuer=url, **options)
