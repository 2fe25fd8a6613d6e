"""The chain: numbered, hashed, one after the other, with the transaction of what it is about or not at all."""

import json
import threading
from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from Orchestrators.Codec import writable
from Orchestrators.Transactions import StepTransaction
from tests.integration.audit.trail import actions, anchor, entries, head, sql, verified
from VaultPlatform import audit, tenancy
from VaultPlatform.audit.canonical import GENESIS, digest
from VaultPlatform.audit.exceptions import AuditFailed
from VaultPlatform.audit.service import audit_entry_service
from VaultPlatform.tenancy.exceptions import NoOrganisation

WRITERS, EACH = 8, 12


def test_a_new_organisation_has_an_empty_chain_that_holds(org):
    assert head() == anchor() == (0, GENESIS)
    assert verified().as_dict() == {
        "valid": True,
        "entries": 0,
        "head": {"seq": 0, "hash": GENESIS},
        "found": 0,
        "findings": [],
    }


def test_each_entry_is_hashed_with_the_one_before(org):
    for number in range(3):
        audit.record(action=f"thing.{number}", entity_type="Thing", entity_id=number, detail={"n": number})
    previous = GENESIS
    for seq, row in enumerate(audit_entry_service.filter().order_by("seq"), start=1):
        assert row.seq == seq
        assert row.hash == digest(previous=previous, seq=seq, payload=row.payload)
        previous = row.hash
    assert head() == anchor() == (3, previous)
    assert verified().valid


def test_an_entry_says_who_did_what_to_what(org):
    with audit.use_actor("command", "tidy", "ann"):
        audit.record(action="thing.tidied", entity_type="Thing", entity_id=7, detail={"why": "dust"})
    [entry] = entries()
    assert entry["actor"] == {"kind": "command", "id": "tidy", "name": "ann"}
    assert (entry["action"], entry["outcome"]) == ("thing.tidied", "done")
    assert (entry["entity_type"], entry["entity_id"]) == ("Thing", "7")
    assert entry["detail"] == {"why": "dust"}


def test_what_a_transaction_records_comes_with_it_in_order(org):
    with transaction.atomic():
        audit.record(action="a")
        audit.record(action="b")
        assert actions() == []
    assert actions() == ["a", "b"]
    assert head() == anchor()
    assert verified().valid


def test_what_is_rolled_back_leaves_no_entry(org):
    with pytest.raises(RuntimeError), transaction.atomic():
        audit.record(action="a")
        raise RuntimeError
    with transaction.atomic():
        audit.record(action="b")
        with pytest.raises(RuntimeError), transaction.atomic():
            audit.record(action="c")
            raise RuntimeError
    assert actions() == ["b"]


def test_outside_of_any_organisation_it_says_so(django_db_setup):
    with pytest.raises(NoOrganisation):
        audit.record(action="a")


def test_odd_text_is_written_down_and_hashed_alike_everywhere(org):
    audit.record(action="a", entity_id="nul \0 and \ud800", detail={"ü": "\0 \ud800 日本 '\"\\ %s %% \n"})
    audit.record(action="x" * 500, entity_id="y" * 500, detail={"long": "z" * 5000})
    first, second = entries()
    assert first["entity_id"] == "nul \\x00 and \\ud800"
    assert len(second["action"]) == len(second["entity_id"]) == 128
    assert list(second["detail"]) == ["left_out"]
    assert verified().valid


def test_writers_at_once_do_not_fork_the_chain(org):
    failures = []

    @tenancy.propagate
    def write(writer):
        try:
            for number in range(EACH):
                with transaction.atomic():
                    audit.record(action=f"w{writer}.{number}")
                    if number % 3 == 0:
                        audit.record(action=f"w{writer}.{number}.more")
        except Exception as error:  # noqa: BLE001  # of another thread: told to the test
            failures.append(error)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    written = actions()
    assert len(written) == len(set(written)) == WRITERS * (EACH + EACH // 3)
    for writer in range(WRITERS):
        own = [action for action in written if action.startswith(f"w{writer}.")]
        assert own == sorted(own, key=written.index)
    report = verified()
    assert (report.valid, report.entries) == (True, len(written))
    assert head() == anchor()


@pytest.mark.parametrize(
    "breaking",
    [
        "DELETE FROM audit_head",
        "ALTER TABLE audit_head RENAME TO gone",
        "ALTER TABLE audit_entry RENAME TO gone",
    ],
)
@pytest.mark.parametrize("count", [1, 2])
def test_what_cannot_be_entered_is_not_done(org, breaking, count):
    if breaking.startswith("DELETE"):
        sql(
            "DROP TRIGGER audit_head_stays ON audit_head"
            if on_postgresql()
            else "DROP TRIGGER audit_head_no_delete"
        )
    sql(breaking)
    with pytest.raises(AuditFailed if on_postgresql() else Exception), transaction.atomic():
        sql("INSERT INTO auth_group (name) VALUES ('never')")
        for _ in range(count):
            audit.record(action="a")
    assert sql("SELECT count(*) FROM auth_group") == [(0,)]
    with transaction.atomic():  # the connection is good for the next
        sql("INSERT INTO auth_group (name) VALUES ('later')")
    assert sql("SELECT count(*) FROM auth_group") == [(1,)]


def test_an_error_of_the_commit_itself_stays_what_it_is(org):
    """PostgreSQL checks deferred constraints with COMMIT, which travels with the entry."""
    from django.db import IntegrityError

    with pytest.raises(IntegrityError), transaction.atomic():
        sql(
            'INSERT INTO "VaultModels_session" (id, user_id, refresh_id, created_at, expires_at) VALUES'
            " ('00000000000000000000000000000001', '00000000000000000000000000000002', 'x', '2030-01-01', '2030-01-01')"
        )
        audit.record(action="a")
    assert actions() == []
    assert sql("SELECT 1") == [(1,)]


def test_recording_costs_no_message_beside_the_commit(org):
    if not on_postgresql():
        pytest.skip("about messages to PostgreSQL")
    assert messages(lambda: sql("INSERT INTO auth_group (name) VALUES ('a')")) == 2
    assert (
        messages(lambda: (sql("INSERT INTO auth_group (name) VALUES ('b')"), audit.record(action="b"))) == 2
    )
    assert messages(lambda: audit.record(action="c")) == 1
    assert messages(lambda: [audit.record(action="d") for _ in range(5)]) == 1


def on_postgresql():
    return connection.vendor == "postgresql"


def messages(work):
    """How many messages a transaction with `work` sends."""
    import tempfile

    sql("SELECT 1")
    with tempfile.TemporaryFile() as file:
        raw = connections["default"].connection.pgconn
        raw.trace(file.fileno())
        try:
            with transaction.atomic():
                work()
        finally:
            raw.untrace()
        file.seek(0)
        return sum(1 for line in file.read().splitlines() if b"\tF\t" in line)


@pytest.mark.parametrize(
    "detail",
    [
        {"why": "nul \0 here"},
        {"why": ["half a pair \ud83d", {"\udc00": 1}]},
        {"why": "a whole one 😀, and \\u0000 spelt out"},
        {"n": 2**70, "x": 1e-7, "none": None, "yes": True, "id": UUID(int=7)},
    ],
)
def test_whatever_a_detail_holds_it_is_entered_and_the_columns_repeat_it(org, detail):
    audit.record(action="thing.odd", entity_type="Thing", entity_id="7", detail=detail)
    (row,) = audit_entry_service.filter()
    payload = json.loads(row.payload)
    assert set(payload["detail"]) == {writable(key) for key in detail}
    assert (row.action, row.entity_type, row.entity_id, row.outcome) == ("thing.odd", "Thing", "7", "done")
    assert (row.actor_kind, row.actor_id) == (payload["actor"]["kind"], payload["actor"]["id"])
    assert row.at == datetime.fromisoformat(payload["at"])
    assert "\0" not in str(payload["detail"])
    assert verified().valid


def test_what_is_recorded_together_is_one_transaction_of_its_own(org):
    with connections["default"].together():
        audit.record(action="a")
        audit.record(action="b")
        assert actions() == []
    assert actions() == ["a", "b"]
    assert head() == anchor()


def test_what_was_to_be_recorded_together_is_not_if_the_block_fails(org):
    with pytest.raises(LookupError), connections["default"].together():
        audit.record(action="a")
        raise LookupError
    assert actions() == []
    audit.record(action="later")
    assert actions() == ["later"]


def test_a_transaction_around_it_decides(org):
    with transaction.atomic():
        with connections["default"].together():
            audit.record(action="a")
        assert actions() == []
        transaction.set_rollback(True)
    assert actions() == []


def test_a_transaction_may_record_more_than_one_statement_holds(org):
    with transaction.atomic():
        for number in range(1700):
            audit.record(action=f"a{number}")
    assert actions() == [f"a{number}" for number in range(1700)]
    assert verified().valid


def test_a_steps_transaction_that_cannot_begin_leaves_none_open(org):
    with transaction.atomic():
        audit.record(action="never")
        transaction.set_rollback(True)
        with tenancy.outside(), pytest.raises(NoOrganisation), StepTransaction():
            pass
    assert not connection.in_atomic_block
    assert actions() == []
