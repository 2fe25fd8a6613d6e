"""Verified tokens are remembered; that they expire, or were tampered with, is noticed all the same."""

from datetime import timedelta
from uuid import uuid4

import pytest
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.utils import aware_utcnow

from VaultErrors.BackendErrors import errors
from VaultPlatform.identity.tokens import AccessToken, RefreshToken

pytestmark = pytest.mark.database_independent


def access() -> str:
    return str(AccessToken.make(sub=uuid4(), sid=uuid4(), org="acme"))


def test_the_signature_of_a_token_is_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = access()
    first = AccessToken.decode(encoded)
    monkeypatch.setattr(TokenBackend, "decode", None)
    assert AccessToken.decode(encoded).payload == first.payload


def test_a_remembered_token_still_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = access()
    AccessToken.decode(encoded)
    later = aware_utcnow() + AccessToken.lifetime + timedelta(seconds=1)
    monkeypatch.setattr("rest_framework_simplejwt.tokens.aware_utcnow", lambda: later)
    with pytest.raises(errors.bad_request.Unauthenticated):
        AccessToken.decode(encoded)


def test_what_one_request_does_to_its_claims_reaches_no_other() -> None:
    encoded = access()
    AccessToken.decode(encoded)["org"] = "another"
    assert AccessToken.decode(encoded)["org"] == "acme"


def test_a_remembered_token_is_not_known_for_another_purpose() -> None:
    encoded = access()
    AccessToken.decode(encoded)
    with pytest.raises(errors.bad_request.Unauthenticated):
        RefreshToken.decode(encoded)
