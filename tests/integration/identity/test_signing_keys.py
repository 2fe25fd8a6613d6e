"""Keys that sign tokens are exchanged while the site goes on: the newest signs, older ones verify for a while."""

import base64
import json
import os
import stat
import subprocess
import sys
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from tests.clients import PASSWORD, sign_in
from tests.site import REPOSITORY
from VaultManagement.Users.bll.service import user_service
from VaultPlatform.config import SettingsError
from VaultPlatform.config.sections import AuthSection
from VaultPlatform.identity import signing
from VaultPlatform.keys import configured_token_keys, first_token_key, made_at, token_keys


@pytest.fixture(autouse=True)
def _keys_of_its_own(settings, tmp_path):
    """The test's own folder of keys; the ring of the test run is looked at again afterwards."""
    settings.VAULT_HOME = tmp_path
    first_token_key(tmp_path)  # as the settings do at start
    signing._kept.forget()
    yield
    signing._kept.forget()


@pytest.fixture
def ada(org):
    return user_service.create(username="ada", password=PASSWORD, role="reader")


@pytest.fixture
def works(org):
    def works(pair):
        headers = {"Org": org.slug, "Authorization": f"JWT {pair['access']}"}
        status = APIClient().get("/vault/auth/me", headers=headers).status_code
        assert status in {200, 401}
        return status == 200

    return works


@pytest.fixture
def refreshed(org):
    def refreshed(pair):
        return APIClient(headers={"Org": org.slug}).post("/vault/auth/refresh", {"refresh": pair["refresh"]})

    return refreshed


def key_id_of(pair):
    return json.loads(base64.urlsafe_b64decode(pair["access"].split(".")[0] + "=="))["kid"]


def rotate(*options):
    out = StringIO()
    call_command("rotate_signing_key", *options, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_a_token_names_the_key_that_signed_it(ada, org):
    assert key_id_of(sign_in(org, "ada")) == "first"


def test_a_new_key_signs_at_once_and_the_older_one_still_verifies(ada, org, works, refreshed):
    before = sign_in(org, "ada")
    told = rotate()
    after = sign_in(org, "ada")
    assert key_id_of(after) == told["id"] != key_id_of(before)
    assert told["older_keys"] == 1
    assert works(before)
    assert works(after)
    assert key_id_of(refreshed(before).json()) == told["id"]


def test_older_keys_can_be_revoked_so_that_everybody_signs_in_again(ada, org, works, refreshed):
    before = sign_in(org, "ada")
    assert works(before)
    rotate()
    assert rotate("--revoke-old")["older_keys"] == 0
    assert not works(before)
    assert refreshed(before).status_code == 401
    assert works(sign_in(org, "ada"))


def test_a_key_verifies_as_long_as_what_it_signed_may_live_and_is_removed_then(
    ada, org, works, settings, monkeypatch
):
    before = sign_in(org, "ada")
    rotate()
    successor = made_at(signing.ring().signing_id)
    lifetime = timedelta(days=settings.REFRESH_TOKEN_DAYS)

    def look_at(moment):
        monkeypatch.setattr(signing, "now", lambda: moment)
        signing._kept.forget()
        return list(signing.ring().keys)

    assert len(look_at(successor + lifetime - timedelta(seconds=1))) == 2
    assert works(before)
    assert len(token_keys(settings.VAULT_HOME)) == 2
    assert len(look_at(successor + lifetime)) == 1
    assert not works(before)
    assert signing.remove_expired() == 1
    assert list(token_keys(settings.VAULT_HOME)) == [signing.ring().signing_id]


def test_a_process_that_is_running_notices_within_a_second(ada, org, works, settings):
    """The keys are exchanged by another process, and nothing tells this one."""
    old = sign_in(org, "ada")
    assert works(old)
    program = (
        "import os, django; django.setup(); from VaultPlatform.identity import signing;"
        "print(signing.rotate(revoke_old=True))"
    )
    environment = {**os.environ, "VAULT_HOME": str(settings.VAULT_HOME)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    time.sleep(signing.LOOK_AGAIN)
    assert not works(old)
    assert key_id_of(sign_in(org, "ada")) == done.stdout.split()[-1]


def test_a_token_signed_by_a_key_that_this_process_has_not_seen_yet_is_good_at_once(
    ada, org, works, monkeypatch
):
    """As when another process rotates and signs, and the request comes here within the second."""
    monkeypatch.setattr(signing, "LOOK_AGAIN", float("inf"))
    unaware = signing.ring()
    monkeypatch.setattr(signing, "LOOK_AGAIN_AT_A_REFUSAL", 0.0)
    signing.new_token_key(signing.settings.VAULT_HOME, moment=timezone.now())
    aware = signing._Kept()
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(signing, "_kept", aware)
        pair = sign_in(org, "ada")
    assert signing.ring() is unaware
    assert key_id_of(pair) not in unaware.keys
    assert works(pair)


def test_key_files_are_for_the_sites_user_alone(settings):
    rotate()
    for path in token_keys(settings.VAULT_HOME).values():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(path.read_text()) >= 64
    assert stat.S_IMODE((Path(settings.VAULT_HOME) / "keys").stat().st_mode) == 0o700


def test_keys_that_the_settings_name_sign_first_and_all_verify(ada, org, works, settings):
    settings.TOKEN_KEYS = {"old": "o" * 32}
    before = sign_in(org, "ada")
    assert key_id_of(before) == "old"
    settings.TOKEN_KEYS = {"old": "o" * 32, "new": "n" * 32}
    assert key_id_of(sign_in(org, "ada")) == "new"
    assert works(before)
    settings.TOKEN_KEYS = {"new": "n" * 32}
    assert not works(before)
    with pytest.raises(CommandError, match=r"Auth\.signing_keys"):
        rotate()


def of_settings(monkeypatch, **values):
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return AuthSection.model_validate(
        {"signing_keys": [{"id": name, "key": {"$env": name}} for name in values]}, strict=False
    )


def test_the_first_key_of_the_settings_is_the_one_that_signs(monkeypatch):
    keys = configured_token_keys(of_settings(monkeypatch, K2="n" * 32, K1="o" * 40))
    assert keys == {"K1": "o" * 40, "K2": "n" * 32}
    assert list(keys)[-1] == "K2"


def test_a_key_of_the_settings_that_could_be_guessed_is_refused(monkeypatch):
    with pytest.raises(SettingsError, match="31 bytes; expected 32 or more"):
        configured_token_keys(of_settings(monkeypatch, K1="o" * 31))


def test_one_key_in_the_settings_is_a_ring_of_one(monkeypatch):
    monkeypatch.setenv("TEST_KEY", "k" * 32)
    section = AuthSection.model_validate({"signing_key": {"$env": "TEST_KEY"}})
    assert configured_token_keys(section) == {"configured": "k" * 32}
    assert configured_token_keys(AuthSection()) == {}


@pytest.mark.parametrize(
    ("section", "found"),
    [
        (
            {"signing_key": {"$env": "A"}, "signing_keys": [{"id": "a", "key": {"$env": "A"}}]},
            "expected one of them",
        ),
        ({"signing_keys": [{"id": "a", "key": {"$env": name}} for name in "AB"]}, "two keys have the id a"),
    ],
)
def test_keys_in_the_settings_that_contradict_are_refused(section, found):
    with pytest.raises(ValueError, match=found):
        AuthSection.model_validate(section, strict=False)
