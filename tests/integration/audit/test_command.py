"""`manage.py audit`: the chains verified and written out at the shell."""

import json

import pytest
from django.core.management import CommandError, call_command

from tests.integration.audit.trail import head, unguarded
from VaultPlatform import audit
from VaultPlatform.audit.service import audit_entry_service


def said(capsys, *arguments):
    call_command("audit", *arguments)
    return capsys.readouterr().out


@pytest.fixture
def entered(org):
    audit.record(action="a")
    audit.record(action="b")
    return org


def test_one_chain(entered, capsys):
    seq, hashed = head()
    assert (
        said(capsys, "verify", "--org", entered.slug)
        == f"{entered.slug}: holds, {seq} entries, head {seq} {hashed}\n"
    )


def test_all_of_them_by_default(entered, make_org, capsys):
    other = make_org()
    for arguments in (["verify"], ["verify", "--all"]):
        lines = said(capsys, *arguments).splitlines()
        assert {line.split(":")[0] for line in lines} >= {entered.slug, other.slug, "site"}


def test_the_sites(entered, capsys):
    report = json.loads(said(capsys, "verify", "--site", "--json"))
    assert list(report) == ["site"]
    assert report["site"]["valid"]


def test_a_broken_chain_fails_the_command_and_names_the_entry(entered, capsys):
    with unguarded():
        audit_entry_service.filter(seq=2).update(action="c")
    with pytest.raises(CommandError, match=entered.slug):
        call_command("audit", "verify", "--org", entered.slug)
    assert "  entry 2: column: 'action' is not what the payload says" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("audit", "verify", "--org", entered.slug, "--json")
    assert not json.loads(capsys.readouterr().out)[entered.slug]["valid"]


def test_an_export(entered, capsys):
    *lines, last = [json.loads(line) for line in said(capsys, "export", "--org", entered.slug).splitlines()]
    assert [json.loads(line["payload"])["action"] for line in lines] == ["a", "b"]
    assert (last["head"]["seq"], last["head"]["hash"]) == head()
    assert json.loads(said(capsys, "export", "--site").splitlines()[-1])["head"]


def test_an_unknown_organisation_is_named(django_db_setup):
    with pytest.raises(CommandError, match="'nobody'"):
        call_command("audit", "verify", "--org", "nobody")
