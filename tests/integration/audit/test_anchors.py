"""What the site remembers of a chain: it catches up where it may lag, and never moves to a chain that is another."""

import pytest
from django.db import connection, transaction

from Orchestrators.WorkerTasks import maintain_organisation
from tests.integration.audit.trail import anchor, head, unguarded, verified
from VaultPlatform import audit, tenancy
from VaultPlatform.audit import anchors, chain
from VaultPlatform.audit.service import audit_anchor_service, audit_entry_service, audit_head_service


@pytest.fixture(params=["as configured", "in another database"])
def where(request, monkeypatch):
    """Where the control plane is: as on SQLite, and for an organisation with a database of its own, it is elsewhere."""
    if request.param != "as configured":
        monkeypatch.setattr(chain, "_has_control", lambda: False)


@pytest.fixture
def entered(org, where):
    for number in range(6):
        audit.record(action=f"thing.{number}")
    return org


def cut(keep):
    """Cut the tail off, head row included, as if it had never been."""
    with unguarded():
        audit_entry_service.filter(seq__gt=keep).delete()
        end = audit_entry_service.get(seq=keep)
        before = audit_entry_service.get(seq=keep - 1)
        audit_head_service.filter(id=1).update(seq=keep, hash=end.hash, previous=before.hash)


def test_it_is_the_end_of_the_chain(entered):
    assert anchor() == head()
    with transaction.atomic():
        audit.record(action="a")
        audit.record(action="b")
    assert anchor() == head()


def test_a_cut_off_tail_shows(entered):
    cut(4)
    assert [(each.seq, each.kind) for each in verified().findings] == [(4, "anchor")]


@pytest.mark.parametrize("further", [1, 2, 5])
def test_it_shows_however_the_chain_goes_on(entered, further, caplog):
    cut(4)
    remembered = anchor()
    for number in range(further):
        audit.record(action=f"other.{number}")
    assert anchor() == remembered
    assert "anchor" in {each.kind for each in verified().findings}
    maintain_organisation()
    assert anchor() == remembered
    assert any("audit_anchor_differs" in record.getMessage() for record in caplog.records)


def lagging(seq):
    end = audit_entry_service.get(seq=seq)
    audit_anchor_service.filter(organisation=tenancy.current().key).update(seq=seq, hash=end.hash)


def test_one_that_lags_is_no_fault_and_catches_up_at_night(entered):
    lagging(3)
    assert verified().valid
    maintain_organisation()
    assert anchor() == head()


def test_it_catches_up_with_the_next_write_where_it_follows(entered, monkeypatch):
    monkeypatch.setattr(chain, "_has_control", lambda: False)
    lagging(3)
    audit.record(action="a")
    assert anchor() == head()


def test_a_memory_that_fails_undoes_nothing(org, monkeypatch, caplog):
    """Where the control plane is in another database, the entry is committed before."""
    monkeypatch.setattr(chain, "_has_control", lambda: False)

    def fails(*_, **__):
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(anchors, "_moved", fails)
        broken.setattr(anchors, "follow", fails)
        audit.record(action="a")
    assert head()[0] == 1
    assert any("audit_anchor_failed" in record.getMessage() for record in caplog.records)
    audit.record(action="b")
    assert anchor() == head()


def test_a_chain_that_was_brought_in_is_remembered_as_it_is(entered):
    cut(4)
    anchors.settle(entered)
    assert anchor() == head()
    assert verified().valid


def test_control_and_organisation_share_a_database_on_postgresql_only(org):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert chain._has_control() is (connection.vendor == "postgresql")
