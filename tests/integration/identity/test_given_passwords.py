"""Passwords that are given to commands, and to the first start, are held to the rules that everybody's are."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.clients import sign_in
from VaultPlatform import tenancy
from VaultPlatform.identity.service import operator_service
from VaultPlatform.serving.preparation import FirstAccounts, _as_given, _warn_of_weak

WEAK = ["short", "password1234", "administrator"]


@pytest.mark.parametrize("password", WEAK)
def test_a_weak_password_for_an_administrator_makes_no_organisation(django_db_setup, password):
    with pytest.raises(CommandError, match="password: "):
        call_command("create_org", "weak-org", admin="administrator", password=password)
    assert tenancy.get_organisation("weak-org") is None


@pytest.mark.parametrize("password", WEAK)
def test_a_weak_password_for_an_operator_makes_none(django_db_setup, password):
    with pytest.raises(CommandError, match="password: "):
        call_command("create_operator", "administrator", password=password)
    assert operator_service.get(username="administrator") is None


def test_a_weak_password_is_taken_where_that_is_said(django_db_setup):
    out = io.StringIO()
    call_command(
        "create_org",
        "weak-org",
        "--accept-weak-password",
        admin="ann",
        password="short",
        stdout=out,
    )
    organisation = tenancy.get_organisation("weak-org")
    try:
        assert sign_in(organisation, "ann", "short")
    finally:
        tenancy.drop_organisation(organisation)


def test_one_that_is_made_up_is_good(django_db_setup):
    out = io.StringIO()
    call_command("create_org", "made-up", "--json", admin="ann", stdout=out)
    organisation = tenancy.get_organisation("made-up")
    try:
        assert sign_in(organisation, "ann", json.loads(out.getvalue())["password"])
    finally:
        tenancy.drop_organisation(organisation)


def test_a_weak_one_of_the_first_start_is_taken_and_told(capsys):
    accounts = FirstAccounts(password="admin", generated=False, operator=True, organisation=True)
    assert _as_given(accounts)["accept_weak_password"] is True
    _warn_of_weak(accounts.password)
    told = capsys.readouterr()
    assert "WEAK PASSWORD" in told.out + told.err
    _warn_of_weak("a long enough password 42")
    assert capsys.readouterr() == ("", "")
