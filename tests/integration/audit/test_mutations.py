"""A thousand ways to tamper with a chain, for somebody who may do everything in the organisation's database: found."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils.timezone import now

from tests.integration.audit.trail import anchor, entries, sql, unguarded, verified
from VaultPlatform import audit
from VaultPlatform.audit.canonical import GENESIS, canonical, digest
from VaultPlatform.audit.entries import Entry
from VaultPlatform.audit.service import audit_anchor_service, audit_entry_service, audit_head_service
from VaultPlatform.tenancy import current

LENGTH, MUTATIONS = 12, 1000
TEXTS = ("actor_kind", "actor_id", "action", "entity_type", "entity_id", "outcome")
MOVED_BY = 1000


def _update(number: int, /, **fields: Any) -> None:
    assert audit_entry_service.filter(seq=number).update(**fields) == 1


def _hashed_anew(*, since: int) -> None:
    """The whole tail, and the head, with hashes that fit: what somebody who knows the format does."""
    rows = list(audit_entry_service.filter().order_by("seq"))
    previous = before = GENESIS
    for row in rows:
        if row.seq >= since:
            row.hash = digest(previous=previous, seq=row.seq, payload=row.payload)
            _update(row.seq, hash=row.hash)
        before, previous = previous, row.hash
    last = rows[-1].seq if rows else 0
    audit_head_service.filter(id=1).update(seq=last, hash=previous, previous=before)


def edit_a_text(dice: random.Random) -> None:
    seq, column = dice.randint(1, LENGTH), dice.choice(TEXTS)
    _update(seq, **{column: f"x{dice.random()}"[:16]})


def edit_the_time(dice: random.Random) -> None:
    _update(dice.randint(1, LENGTH), at=now())


def edit_the_hash(dice: random.Random) -> None:
    _update(dice.randint(1, LENGTH), hash=f"{dice.getrandbits(256):064x}")


def edit_the_payload(dice: random.Random) -> None:
    """One character of it."""
    seq = dice.randint(1, LENGTH)
    payload = audit_entry_service.get(seq=seq).payload
    place = dice.randrange(len(payload))
    other = chr((ord(payload[place]) - 31) % 94 + 32)
    _update(seq, payload=payload[:place] + other + payload[place + 1 :])


def edit_column_and_payload(dice: random.Random) -> None:
    """Consistently, and with a hash that fits."""
    seq = dice.randint(1, LENGTH)
    entry = next(each for each in entries() if each["seq"] == seq)
    del entry["seq"], entry["hash"]
    before = audit_entry_service.get(seq=seq - 1).hash if seq > 1 else GENESIS
    payload = canonical({**entry, "action": "nothing.happened"})
    _update(
        seq,
        action="nothing.happened",
        payload=payload,
        hash=digest(previous=before, seq=seq, payload=payload),
    )


def edit_and_hash_the_tail_anew(dice: random.Random) -> None:
    seq = dice.randint(1, LENGTH)
    edit_column_and_payload(random.Random(seq))
    _hashed_anew(since=1)


def edit_the_number(dice: random.Random) -> None:
    _update(dice.randint(1, LENGTH), seq=dice.choice([0, -1, LENGTH + 2, LENGTH + dice.randint(2, 900)]))


def delete_some(dice: random.Random) -> None:
    first = dice.randint(1, LENGTH)
    audit_entry_service.filter(seq__gte=first, seq__lte=dice.randint(first, LENGTH)).delete()


def delete_and_close_the_gap(dice: random.Random) -> None:
    """Renumbered, hashed anew, and the head set back: a chain that is right in itself."""
    gone = dice.randint(1, LENGTH)
    audit_entry_service.filter(seq=gone).delete()
    for seq in range(gone + 1, LENGTH + 1):
        _update(seq, seq=seq - 1)
    _hashed_anew(since=1)


def cut_the_tail(dice: random.Random) -> None:
    audit_entry_service.filter(seq__gt=dice.randint(0, LENGTH - 1)).delete()


def cut_the_tail_and_set_the_head_back(dice: random.Random) -> None:
    cut_the_tail(dice)
    _hashed_anew(since=LENGTH + 1)


def cut_the_tail_and_grow_another(dice: random.Random) -> None:
    """Longer than the first, written by the site itself."""
    cut_the_tail_and_set_the_head_back(dice)
    with transaction.atomic():
        rows = [_forged(LENGTH + number) for number in range(2)]
    kept = len(entries()) - len(rows)
    for place, row in enumerate(rows, start=1):
        _update(row, seq=kept + place)
    _hashed_anew(since=1)


def _forged(seq: int) -> int:
    """An entry that the site never made."""
    payload = canonical({"action": "thing.forged", "actor": {"id": "", "kind": "system"}, "n": seq})
    fields = {**dict.fromkeys(TEXTS, "x"), "at": now(), "payload": payload}
    audit_entry_service.create(seq=seq + MOVED_BY, hash=GENESIS, **fields)
    return seq + MOVED_BY


def append_a_forged_entry(dice: random.Random) -> None:
    """With the right number and hash, but past the head."""
    last, seq = audit_entry_service.get(seq=LENGTH), _forged(0)
    payload = audit_entry_service.get(seq=seq).payload
    _update(seq, seq=LENGTH + 1, hash=digest(previous=last.hash, seq=LENGTH + 1, payload=payload))


def insert_a_forged_entry(dice: random.Random) -> None:
    """In the middle, with all that follows renumbered, hashed anew, and the head moved."""
    place = dice.randint(1, LENGTH)
    forged = _forged(0)
    for seq in range(LENGTH, place - 1, -1):
        _update(seq, seq=seq + 1)
    _update(forged, seq=place)
    _hashed_anew(since=1)


def swap_two(dice: random.Random) -> None:
    """All that they say; numbers and hashes stay."""
    one, other = (audit_entry_service.get(seq=seq) for seq in dice.sample(range(1, LENGTH + 1), 2))
    for target, source in ((one, other), (other, one)):
        _update(target.seq, **{column: getattr(source, column) for column in Entry._fields})


def swap_two_and_hash_anew(dice: random.Random) -> None:
    swap_two(dice)
    _hashed_anew(since=1)


def swap_two_numbers(dice: random.Random) -> None:
    one, other = dice.sample(range(1, LENGTH + 1), 2)
    for before, after in ((one, MOVED_BY), (other, one), (MOVED_BY, other)):
        _update(before, seq=after)


def move_the_head(dice: random.Random) -> None:
    fields = dice.choice([{"seq": dice.randint(0, LENGTH - 1)}, {"seq": LENGTH + 5}, {"hash": GENESIS}])
    audit_head_service.filter(id=1).update(**fields)


def remove_the_head(dice: random.Random) -> None:
    audit_head_service.filter(id=1).delete()


TAMPERING: list[Callable[[random.Random], None]] = [
    edit_a_text,
    edit_the_time,
    edit_the_hash,
    edit_the_payload,
    edit_column_and_payload,
    edit_and_hash_the_tail_anew,
    edit_the_number,
    delete_some,
    delete_and_close_the_gap,
    cut_the_tail,
    cut_the_tail_and_set_the_head_back,
    cut_the_tail_and_grow_another,
    append_a_forged_entry,
    insert_a_forged_entry,
    swap_two,
    swap_two_and_hash_anew,
    swap_two_numbers,
    move_the_head,
    remove_the_head,
]


@pytest.fixture
def chain(org):
    for number in range(LENGTH):
        audit.record(action=f"thing.{number}", entity_type="Thing", entity_id=number, detail={"n": number})
    assert verified().valid
    assert anchor()[0] == LENGTH
    return org


def test_every_one_of_a_thousand_mutations_is_found(chain):
    missed = []
    with unguarded():
        for number in range(MUTATIONS):
            tamper, dice = TAMPERING[number % len(TAMPERING)], random.Random(number)
            with transaction.atomic():
                before = _all_there_is()
                tamper(dice)
                changed = before != _all_there_is()
                found = verified().found
                transaction.set_rollback(True)
            if not (changed and found):
                missed.append((tamper.__name__, number, changed, found))
    assert missed == []
    assert verified().valid


def _all_there_is() -> list[Any]:
    return [sql("SELECT * FROM audit_entry ORDER BY seq"), sql("SELECT * FROM audit_head")]


def test_without_its_record_in_control_a_chain_does_not_hold(chain):
    key = current().key
    kept = audit_anchor_service.get(organisation=key)
    audit_anchor_service.delete(key)
    assert [(each.seq, each.kind) for each in verified().findings] == [(0, "anchor")]
    audit_anchor_service.create(organisation=key, seq=kept.seq, hash=kept.hash)
    assert verified().valid


def test_the_findings_say_where_and_what(chain):
    with unguarded():
        _update(3, action="x")
        audit_entry_service.filter(seq=7).delete()
        audit_entry_service.filter(seq=LENGTH).delete()
    assert {(each.seq, each.kind) for each in verified().findings} == {
        (3, "column"),
        (8, "gap"),
        (8, "hash"),
        (11, "head"),
        (11, "anchor"),
    }


def test_a_report_lists_a_hundred_findings_and_counts_them_all(org):
    with transaction.atomic():
        for number in range(120):
            audit.record(action=f"thing.{number}")
    with unguarded():
        audit_entry_service.filter().update(action="x")
    report = verified()
    assert (len(report.findings), report.found, report.entries) == (100, 120, 120)


@pytest.mark.parametrize("value", ["'yesterday'", "x'00ff'", "9e999"])
def test_what_cannot_be_read_is_a_finding_and_no_crash(chain, value):
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL lets no column hold what is not of its type")
    with unguarded():
        for column in ("at", "payload", "hash"):
            with transaction.atomic():
                sql(f"UPDATE audit_entry SET {column} = {value} WHERE seq = 4")
                assert verified().found
                transaction.set_rollback(True)
