"""Guessing passwords: ten failures close an account to one address for a while, and to no other."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connections
from django.db.models import F
from rest_framework.test import APIClient

from NimbusVault.celery import app
from tests.clients import PASSWORD, statements
from VaultErrors.BackendErrors import errors
from VaultManagement.Users.bll.service import user_service
from VaultPlatform.identity import lockout
from VaultPlatform.identity.passwords import _nobodys_password
from VaultPlatform.identity.service import operator_service, sign_in_failure_service

HERE, ELSEWHERE, PROXY = "203.0.113.9", "198.51.100.1", "10.0.0.7"
WINDOW = 15 * 60
TOLD = "Sign-in with this name has failed too often from your address; try again in "


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Hundreds of passwords are tried here; what one costs is tested elsewhere."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    _nobodys_password.cache_clear()
    _nobodys_password()  # made once a process, to compare with
    yield
    _nobodys_password.cache_clear()


@pytest.fixture
def hashes(monkeypatch):
    """Grows by one with each password that is hashed."""
    made = []
    encode = MD5PasswordHasher.encode

    def counted(self, password, salt):
        made.append(salt)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return made


@pytest.fixture
def ada(org):
    return user_service.create(username="ada", password=PASSWORD, role="reader")


@pytest.fixture
def attempt(org):
    """`attempt("ada", "wrong", address)` is the answer to a sign-in."""

    def attempt(username="ada", password=PASSWORD, address=HERE, organisation=org, **extra):
        body = {"username": username, "password": password}
        client = APIClient(headers={"Org": organisation.slug}, REMOTE_ADDR=address)
        return client.post("/vault/auth/token", body, **extra)

    return attempt


@pytest.fixture
def site_attempt(django_db_setup):
    def attempt(username, password=PASSWORD, address=HERE):
        body = {"username": username, "password": password}
        return APIClient(REMOTE_ADDR=address).post("/vault/site/token", body)

    return attempt


@pytest.fixture
def operator(django_db_setup):
    operator = operator_service.create(username=f"operator-{uuid4().hex[:8]}", password="")
    operator.set_password(PASSWORD)
    return operator_service.update(operator, password=operator.password)


def fail(attempt, times, *arguments, **options):
    for _ in range(times):
        assert attempt(*arguments, **options).status_code == 401


def pass_by(*, seconds):
    """As if all failures had been so much earlier."""
    sign_in_failure_service.filter().update(since=F("since") - timedelta(seconds=seconds))


def test_after_ten_failures_the_right_password_is_refused_too_with_the_time_to_wait(ada, attempt):
    fail(attempt, 10, "ada", "wrong")
    response = attempt()
    body = response.json()
    assert (response.status_code, body["code"]) == (429, "too_many_requests")
    assert WINDOW - 60 < int(response.headers["Retry-After"]) <= WINDOW
    assert body["msg"].startswith(TOLD)
    assert body["request_id"] == response.headers["X-Request-ID"]


def test_after_nine_failures_the_right_password_is_good(ada, attempt):
    fail(attempt, 9, "ada", "wrong")
    assert attempt().status_code == 200


def test_unknown_and_inactive_accounts_are_counted_and_told_alike(ada, attempt):
    user_service.create(username="bob", password=PASSWORD, is_active=False)

    def answers(name, password):
        every = [attempt(name, password) for _ in range(12)]
        return [(each.status_code, each.json()["msg"].removesuffix("seconds.")[:70]) for each in every]

    wrong = answers("ada", "wrong")
    assert [status for status, _ in wrong] == [401] * 10 + [429] * 2
    assert wrong == answers("nobody", PASSWORD) == answers("bob", PASSWORD)


def test_nobody_is_locked_out_by_what_happens_at_another_address(ada, attempt):
    fail(attempt, 10, "ada", "wrong")
    assert attempt().status_code == 429
    assert attempt(address=ELSEWHERE).status_code == 200
    assert attempt().status_code == 429


def test_another_account_at_the_same_address_is_open(ada, attempt):
    user_service.create(username="bob", password=PASSWORD)
    fail(attempt, 10, "ada", "wrong")
    assert attempt("bob").status_code == 200


def test_the_same_name_in_another_organisation_and_of_the_site_is_open(
    org, operator, make_org, clients, attempt, site_attempt
):
    other = make_org()
    clients.client_for(other, "reader", operator.username)
    fail(attempt, 10, operator.username, "wrong")
    assert attempt(operator.username).status_code == 429
    assert attempt(operator.username, organisation=other).status_code == 200
    assert site_attempt(operator.username).status_code == 200


def test_a_success_clears_the_count(ada, attempt):
    for _ in range(2):
        fail(attempt, 9, "ada", "wrong")
        assert attempt().status_code == 200


def test_operators_are_locked_out_alike(operator, site_attempt):
    fail(site_attempt, 9, operator.username, "wrong")
    assert site_attempt(operator.username).status_code == 200
    fail(site_attempt, 10, operator.username, "wrong")
    response = site_attempt(operator.username)
    assert (response.status_code, response.json()["code"]) == (429, "too_many_requests")
    assert 0 < int(response.headers["Retry-After"]) <= WINDOW
    assert site_attempt(operator.username, address=ELSEWHERE).status_code == 200


def test_unknown_operators_are_locked_out_alike(site_attempt):
    nobody = f"nobody-{uuid4().hex[:8]}"
    fail(site_attempt, 10, nobody)
    assert site_attempt(nobody).status_code == 429


def test_trying_on_does_not_make_the_lock_last_longer(ada, attempt):
    fail(attempt, 10, "ada", "wrong")
    pass_by(seconds=WINDOW - 60)
    response = attempt("ada", "wrong")
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 60
    pass_by(seconds=60)
    assert attempt().status_code == 200


def test_after_the_window_counting_starts_afresh(ada, attempt):
    fail(attempt, 10, "ada", "wrong")
    pass_by(seconds=WINDOW)
    fail(attempt, 10, "ada", "wrong")
    assert WINDOW - 60 < int(attempt().headers["Retry-After"]) <= WINDOW


def test_the_settings_say_how_many_and_how_long(ada, attempt, settings):
    settings.AUTH_MAX_FAILURES, settings.AUTH_FAILURE_WINDOW = 2, 1
    fail(attempt, 2, "ada", "wrong")
    assert 0 < int(attempt().headers["Retry-After"]) <= 60


@pytest.mark.parametrize("first", ["none", "one that is past", "one that counts"])
def test_a_burst_of_guesses_gets_no_further_than_one_after_the_other(ada, attempt, first, hashes):
    if first != "none":
        fail(attempt, 1, "ada", "wrong")
        pass_by(seconds=WINDOW if first == "one that is past" else 0)
    together = Barrier(20)
    before = len(hashes)

    def guess(_):
        try:
            together.wait()
            return attempt("ada", "wrong").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as threads:
        answers = Counter(threads.map(guess, range(20)))
    tried = 9 if first == "one that counts" else 10
    assert answers == {401: tried, 429: 20 - tried}
    assert len(hashes) - before == tried


@pytest.mark.parametrize("before", ["none", "some that are past"])
def test_attempts_in_the_same_instant_are_counted_exactly(django_db_setup, before):
    """Past sign-in itself, so that they meet where a row is made or restarted, which takes a moment only."""
    ready = Barrier(20)

    def count(name):
        sign_in_failure_service.get(key=name)  # opens the connection
        try:
            ready.wait()
            with suppress(errors.bad_request.TooManyRequests):
                lockout.begin(plane="site", username=name, address=HERE)
        finally:
            connections.close_all()

    for _ in range(5):
        name = uuid4().hex
        if before != "none":
            lockout.begin(plane="site", username=name, address=HERE)
            pass_by(seconds=WINDOW)
        with ThreadPoolExecutor(20) as threads:
            list(threads.map(count, [name] * 20))
        assert sign_in_failure_service.get(key=lockout._key("site", "", name, HERE)).failures == 20


@pytest.mark.parametrize("who", ["wrong password", "unknown", "inactive", "without a password"])
def test_one_hash_is_made_whoever_is_tried(ada, attempt, hashes, who):
    user_service.create(username="bob", password=PASSWORD, is_active=False)
    user_service.create(username="eve")
    name = {"wrong password": "ada", "unknown": "nobody", "inactive": "bob", "without a password": "eve"}[who]
    hashes.clear()
    assert attempt(name, "wrong").status_code == 401
    assert len(hashes) == 1


def test_other_spellings_of_a_name_are_the_same_account(ada, attempt):
    assert attempt("ａｄａ").status_code == 200  # full-width letters: one name, by NFKC
    fail(attempt, 5, "ａｄａ", "wrong")
    fail(attempt, 5, "ada", "wrong")
    assert attempt().status_code == 429


def test_a_made_up_forwarding_header_opens_nothing(ada, attempt):
    for number in range(10):
        fail(attempt, 1, "ada", "wrong", headers={"X-Forwarded-For": f"198.51.100.{number}"})
    assert attempt(headers={"X-Forwarded-For": ELSEWHERE}).status_code == 429


def test_behind_a_trusted_proxy_clients_are_told_apart_and_cannot_pose_as_others(ada, attempt, settings):
    settings.TRUSTED_PROXIES = ("10.0.0.0/8",)
    for number in range(10):
        sent = {"X-Forwarded-For": f"198.51.100.{number}, {HERE}"}
        fail(attempt, 1, "ada", "wrong", PROXY, headers=sent)
    assert attempt(address=PROXY, headers={"X-Forwarded-For": f"{ELSEWHERE}, {HERE}"}).status_code == 429
    assert attempt(address=PROXY, headers={"X-Forwarded-For": ELSEWHERE}).status_code == 200


def test_a_sign_in_costs_the_same_whatever_went_before(ada, attempt):
    def cost():
        with statements() as counted:
            assert attempt().status_code == 200
            return counted()["control"]

    before = cost()
    fail(attempt, 1, "ada", "wrong")
    assert cost() == before


def test_what_is_kept_names_nobody(ada, attempt):
    known = {row.pk for row in sign_in_failure_service.filter()}
    fail(attempt, 1, "ada", "wrong")
    (row,) = (row for row in sign_in_failure_service.filter() if row.pk not in known)
    assert len(row.key) == 64
    assert int(row.key, 16)


def test_every_night_what_counts_no_longer_is_forgotten_and_nothing_else(ada, attempt):
    fail(attempt, 1, "old", "wrong")
    pass_by(seconds=WINDOW)
    fail(attempt, 10, "ada", "wrong")
    app.loader.import_default_modules()
    app.tasks["vault.maintain_site"].apply(throw=True)
    assert sign_in_failure_service.filter().count() == 1
    assert attempt().status_code == 429


def test_all_addresses_of_an_ipv6_network_are_one(django_db_setup, settings):
    settings.AUTH_MAX_FAILURES = 3
    name = f"nobody-{uuid4()}"
    for last in range(3):
        lockout.begin(plane="site", username=name, address=f"2001:db8:0:1::{last:x}")
    with pytest.raises(errors.bad_request.TooManyRequests):
        lockout.begin(plane="site", username=name, address="2001:db8:0:1:ffff::1")
    lockout.begin(plane="site", username=name, address="2001:db8:0:2::1")
