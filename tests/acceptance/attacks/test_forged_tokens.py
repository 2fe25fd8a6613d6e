"""Access tokens that were tampered with, however cleverly, let nobody in."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.acceptance.attacks.routes import refusal
from tests.clients import PASSWORD, sign_in
from VaultManagement.Users.bll.service import user_service
from VaultPlatform import tenancy
from VaultPlatform.identity import signing
from VaultPlatform.identity.service import session_service
from VaultPlatform.identity.tokens import AccessToken, RefreshToken, SiteToken

Claims = dict[str, Any]


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed(header: Claims, claims: Any, key: str, digest: str = "sha256") -> str:
    """A token whose signature is right for `key`; no signature for any spelling of "none"."""
    text = f"{_part(header)}.{_part(claims)}"
    if str(header.get("alg")).lower() == "none":
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


def genuine(claims: Any, **header: Any) -> str:
    """A token with the site's own signature; `header` is put over the genuine one."""
    ring = signing.ring()
    return signed({"alg": "HS256", "typ": "JWT", "kid": ring.signing_id, **header}, claims, ring.signing_key)


def test_the_forge_makes_good_tokens_with_the_sites_own_key(org: Any, claims: Claims) -> None:
    assert status_with(org, genuine(claims)) == 200


#: Where an attacker's own key might be looked for, or any key.
ELSEWHERE = {
    "jku": "http://127.0.0.1:1/keys",
    "jwk": {"kty": "oct", "k": "YXR0YWNrZXI"},
    "x5u": "http://127.0.0.1:1/chain.pem",
    "x5c": ["MIIB"],
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_key_that_the_token_brings_along_is_not_looked_at(org: Any, claims: Claims, name: str) -> None:
    """With the attacker's key it is refused, and it does no harm beside the site's own signature."""
    assert status_with(org, genuine(claims, **{name: ELSEWHERE[name]})) == 200
    header = {"alg": "HS256", "kid": signing.ring().signing_id, name: ELSEWHERE[name]}
    assert status_with(org, signed(header, claims, "attacker")) == 401


@pytest.mark.parametrize("spelling", ["none", "None", "NONE", "nOnE", "none ", ""])
@pytest.mark.parametrize("ending", ["", "eA"])
def test_no_signature_is_refused_however_it_is_spelt(
    org: Any, claims: Claims, spelling: str, ending: str
) -> None:
    header = {"alg": spelling, "kid": signing.ring().signing_id}
    text = f"{_part(header)}.{_part(claims)}"
    assert status_with(org, f"{text}.{ending}") == 401


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "HS256"},
        {"alg": "RS256"},
        {"alg": "ES256"},
        {"alg": "EdDSA"},
        {"alg": ["HS256"]},
        {"alg": None},
        {},
    ],
    ids=str,
)
def test_a_token_that_the_site_did_not_sign_is_refused(org: Any, claims: Claims, header: Claims) -> None:
    kid = {"kid": signing.ring().signing_id}
    assert status_with(org, signed({**header, **kid}, claims, "")) == 401


@pytest.mark.parametrize(("name", "digest"), [("HS384", "sha384"), ("HS512", "sha512"), ("RS256", "sha256")])
def test_another_algorithm_is_refused_even_with_the_right_key(
    org: Any, claims: Claims, name: str, digest: str
) -> None:
    """RS256 with a text that is no key pair: what confuses those who let the token choose."""
    ring = signing.ring()
    header = {"alg": name, "kid": ring.signing_id}
    assert status_with(org, signed(header, claims, ring.signing_key, digest)) == 401


@pytest.mark.parametrize(
    "kid",
    [
        "../../../dev/null",
        "../secret_key",
        "secret_key",
        "token_key",
        "/dev/null",
        "first' UNION SELECT 'x",
        "first; DROP TABLE x",
        "unknown",
        "",
        " first",
        "FIRST",
        "first\x00",
        "fi\ud800rst",
        None,
        0,
        True,
        [],
        ["first"],
        {"first": "first"},
    ],
    ids=repr,
)
def test_a_key_id_that_is_none_of_the_sites_is_refused_under_whatever_signature(
    org: Any, claims: Claims, kid: Any
) -> None:
    for key in ("", "x", signing.ring().signing_key):
        assert status_with(org, signed({"alg": "HS256", "kid": kid}, claims, key)) == 401


def test_a_token_without_a_key_id_is_refused_under_a_good_signature(org: Any, claims: Claims) -> None:
    assert status_with(org, signed({"alg": "HS256"}, claims, signing.ring().signing_key)) == 401


def test_the_key_of_another_purpose_signs_no_token(org: Any, claims: Claims, settings: Any) -> None:
    header = {"alg": "HS256", "kid": signing.ring().signing_id}
    assert status_with(org, signed(header, claims, settings.SECRET_KEY)) == 401


NOW = int(time.time())


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "vault-site"},
        {"aud": ["vault-refresh"]},
        {"aud": "VAULT"},
        {"iss": "somebody"},
        {"iss": ["nimbusvault"]},
        {"token_type": "refresh"},
        {"token_type": "site"},
        {"token_type": ["access"]},
        {"exp": 1},
        {"exp": "never"},
        {"exp": None},
        {"exp": 1e400},
        {"nbf": NOW + 3600},
        {"iat": NOW + 3600},
        {"iat": "yesterday"},
        {"sub": "x"},
        {"sub": 5},
        {"sid": "x"},
        {"sid": None},
        {"sid": "00000000-0000-0000-0000-000000000000"},
        {"sid": "' OR 1=1 --"},
    ],
    ids=" ".join,
)
def test_a_wrong_claim_is_refused_even_under_a_good_signature(
    org: Any, claims: Claims, change: Claims
) -> None:
    assert status_with(org, genuine(claims | change)) == 401


@pytest.mark.parametrize("org_claim", ["another", "", None, ["x"], 5])
def test_another_organisation_is_refused_even_under_a_good_signature(
    org: Any, claims: Claims, org_claim: Any
) -> None:
    assert status_with(org, genuine(claims | {"org": org_claim})) == 403


@pytest.mark.parametrize("gone", ["exp", "jti", "aud", "iss", "token_type", "sid", "sub"])
def test_a_missing_claim_is_refused_even_under_a_good_signature(org: Any, claims: Claims, gone: str) -> None:
    rest = {name: value for name, value in claims.items() if name != gone}
    assert status_with(org, genuine(rest)) == 401


def test_a_token_is_good_to_the_second_and_no_longer(org: Any, claims: Claims) -> None:
    now = int(time.time())
    assert status_with(org, genuine(claims | {"exp": now + 60})) == 200
    assert status_with(org, genuine(claims | {"exp": now - 1})) == 401
    assert status_with(org, genuine(claims | {"exp": now})) == 401


@pytest.mark.parametrize("claims_of", ["[]", '"text"', "5", "null", "{", "[" * 3000])
def test_claims_that_are_no_object_are_refused(org: Any, claims_of: str) -> None:
    ring = signing.ring()
    middle = base64.urlsafe_b64encode(claims_of.encode()).rstrip(b"=").decode()
    text = f"{_part({'alg': 'HS256', 'kid': ring.signing_id})}.{middle}"
    mac = hmac.new(ring.signing_key.encode(), text.encode(), hashlib.sha256).digest()
    assert status_with(org, f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}") == 401


def test_a_token_nested_beyond_reason_is_refused(org: Any) -> None:
    for depth in (1000, 2500):
        deep = base64.urlsafe_b64encode(b'{"alg":' + b"[" * depth).rstrip(b"=").decode()
        assert status_with(org, f"{deep}.e30.eA") == 401


@pytest.mark.parametrize(
    "token",
    [
        "x" * 100_000,
        "a.b." + "c" * 100_000,
        "ü.ü.ü",
        "\u20ac",
        "a\x00b.c.d",
        "...",
        ".",
        "a.b",
        "a.b.c.d.e",
        "null",
    ],
    ids=lambda token: token[:12],
)
def test_what_is_no_token_at_all_is_refused(org: Any, token: str) -> None:
    """Headers are bytes that Django reads as latin-1; what is beyond that comes as UTF-8."""
    header = f"JWT {token}".encode().decode("latin-1")
    response = APIClient().get("/vault/auth/me", HTTP_ORG=org.slug, HTTP_AUTHORIZATION=header)
    assert refusal(response) == 401


def test_a_good_token_made_longer_than_any_of_ours_is_refused(org: Any, claims: Claims) -> None:
    assert status_with(org, genuine(claims | {"padding": "x" * 2000})) == 200
    assert status_with(org, genuine(claims | {"padding": "x" * 4000})) == 401


def test_a_token_of_another_purpose_opens_nothing_else(org: Any, claims: Claims) -> None:
    """Each kind, genuinely signed, at each place where another is meant."""
    names = {"sub": claims["sub"], "sid": claims["sid"], "org": claims["org"]}
    access, refresh, site = (
        AccessToken.make(**names),
        RefreshToken.make(**names),
        SiteToken.make(**names, gen=0),
    )
    assert status_with(org, str(access)) == 200
    for other in (refresh, site):
        assert status_with(org, str(other)) == 401
    client = APIClient(headers={"Org": org.slug})
    for other in (access, site):
        assert refusal(client.post("/vault/auth/refresh", {"refresh": str(other)})) == 401
    for other in (access, refresh):
        client = APIClient(headers={"Authorization": f"JWT {other}"})
        assert refusal(client.get("/vault/site/organisations")) == 401


def test_a_token_dies_with_its_session_and_with_its_rotation(org: Any) -> None:
    user_service.create(username="eve", password=PASSWORD, role="reader")
    pair, client = sign_in(org, "eve"), APIClient(headers={"Org": org.slug})
    assert client.post("/vault/auth/refresh", {"refresh": pair["refresh"]}).status_code == 200
    assert status_with(org, pair["access"]) == 200
    assert refusal(client.post("/vault/auth/refresh", {"refresh": pair["refresh"]})) == 401
    assert status_with(org, pair["access"]) == 401
    assert tenancy.current().key == org.key
    assert not session_service.filter(revoked_at=None).exists()


@pytest.mark.parametrize("before", ["verified", "never seen"])
def test_a_token_whose_key_is_gone_is_refused_at_once(org: Any, claims: Claims, before: str) -> None:
    token = genuine(claims)
    if before == "verified":
        assert status_with(org, token) == 200
    signing.rotate(revoke_old=True)
    assert status_with(org, token) == 401
    assert status_with(org, genuine(claims)) == 200
