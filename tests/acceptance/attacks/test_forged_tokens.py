"""Access tokens that were tampered with, however cleverly, let nobody in."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from tests.acceptance.attacks.routes import refusal
from tests.clients import PASSWORD, sign_in
from VaultManagement.Users.bll.service import user_service

Claims = dict[str, Any]


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed(header: Claims, claims: Any, key: str, digest: str = "sha256") -> str:
    """A token whose signature is right for `key`; no signature for an empty one and "none"."""
    text = f"{_part(header)}.{_part(claims)}"
    if header.get("alg") == "none":
        return f"{text}."
    mac = hmac.new(key.encode(), text.encode(), getattr(hashlib, digest)).digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


@pytest.fixture
def claims(org: Any) -> Claims:
    """What a genuine access token says."""
    user_service.create(username="eve", password=PASSWORD, role="administrator")
    middle = sign_in(org, "eve")["access"].split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(middle + "==")))


def status_with(org: Any, token: str) -> int:
    headers = {"Org": org.slug, "Authorization": f"JWT {token}"}
    return refusal_or_ok(APIClient().get("/vault/auth/me", headers=headers))


def refusal_or_ok(response: Any) -> int:
    return 200 if response.status_code == 200 else refusal(response)


def test_the_forge_makes_good_tokens_with_the_sites_own_key(org: Any, claims: Claims) -> None:
    assert status_with(org, signed({"alg": "HS256"}, claims, settings.TOKEN_SIGNING_KEY)) == 200


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "HS256"},
        {"alg": "none"},
        {"alg": "HS256", "kid": "../../../dev/null"},
        {"alg": "HS256", "jku": "http://127.0.0.1:1/keys"},
        {"alg": "HS256", "jwk": {"kty": "oct", "k": ""}},
        {"alg": "RS256"},
        {"alg": ["HS256"]},
        {"alg": None},
        {},
    ],
    ids=str,
)
def test_a_token_that_the_site_did_not_sign_is_refused(org: Any, claims: Claims, header: Claims) -> None:
    assert status_with(org, signed(header, claims, "")) == 401


@pytest.mark.parametrize(("name", "digest"), [("HS384", "sha384"), ("HS512", "sha512")])
def test_another_algorithm_is_refused_even_with_the_right_key(
    org: Any, claims: Claims, name: str, digest: str
) -> None:
    assert status_with(org, signed({"alg": name}, claims, settings.TOKEN_SIGNING_KEY, digest)) == 401


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "vault-site"},
        {"aud": ["vault-refresh"]},
        {"iss": "somebody"},
        {"token_type": "refresh"},
        {"exp": 1},
        {"exp": "never"},
    ],
    ids=str,
)
def test_a_wrong_claim_is_refused_even_under_a_good_signature(
    org: Any, claims: Claims, change: Claims
) -> None:
    token = signed({"alg": "HS256"}, claims | change, settings.TOKEN_SIGNING_KEY)
    assert status_with(org, token) == 401


@pytest.mark.parametrize("gone", ["exp", "jti", "aud", "iss", "token_type"])
def test_a_missing_claim_is_refused_even_under_a_good_signature(org: Any, claims: Claims, gone: str) -> None:
    rest = {name: value for name, value in claims.items() if name != gone}
    assert status_with(org, signed({"alg": "HS256"}, rest, settings.TOKEN_SIGNING_KEY)) == 401


def test_a_token_nested_beyond_reason_is_refused(org: Any) -> None:
    deep = base64.urlsafe_b64encode(b'{"alg":' + b"[" * 3000).rstrip(b"=").decode()
    assert status_with(org, f"{deep}.e30.eA") == 401
