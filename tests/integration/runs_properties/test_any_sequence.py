"""Whatever is done to runs, in whatever order, and whoever dies over it: in the end each is whole or not there.

Hypothesis makes up the sequences, the same ones each time. Every death is one: a process of its own executes, takes up,
sweeps or tries again, and kills itself by SIGKILL at a moment of it. What nobody dies over is done in this process.
`VAULT_TEST_SEQUENCES` says how many sequences are tried. One that fails is shown as it was found: to look for a shorter
one would take longer than all the others.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.utils.timezone import now
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from Orchestrators.Journal import ToFunction, install_delivery
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from tests.integration.runs.steps import rows
from tests.integration.runs_properties import steps
from tests.integration.runs_properties.children import Children
from VaultErrors.BackendErrors import errors
from VaultPlatform.runs import handling, owners, recovery
from VaultPlatform.runs.planes import current_plane
from VaultPlatform.runs.service import (
    delivery_service,
    due_organisation_service,
    owned_organisation_service,
    run_service,
)
from VaultPlatform.runs.sweep import sweep_once

SEQUENCES = int(os.environ.get("VAULT_TEST_SEQUENCES", "120"))
#: Among so many sequences, and more, there are all of these.
ENOUGH = 40
USUAL = ("completed", "compensated", "stuck", "execute died", "take_up died", "sweep died")
pytestmark = pytest.mark.timeout(240 + 6 * SEQUENCES)
#: Of steps that end well, and can be undone; and of all.
WELL = st.sampled_from(["E", "E~", "U", "U~", "D", "D~"])
ANY = st.builds(
    "".join, st.tuples(st.sampled_from("EUD"), st.sampled_from(["", "?", "!"]), st.sampled_from(["", "~"]))
)
PLANS = st.lists(st.one_of(WELL, WELL, ANY), min_size=1, max_size=4).map(" ".join)
#: Of the moment at which a process dies over what it does, and 0 for none.
DEATHS = st.integers(1, 10)
MOMENTS = st.one_of(st.just(0), DEATHS, DEATHS)
#: Which of the runs, counted round and round.
WHICH = st.integers(0, 3)
#: What can be done, by the names of methods: runs are begun more often than the rest is done.
BEGUN = st.tuples(
    st.just("begin"), PLANS, st.booleans(), st.sampled_from(["execute", "execute", "enqueue"]), MOMENTS
)
DEEDS = st.one_of(
    BEGUN,
    BEGUN,
    st.tuples(st.just("work"), WHICH, MOMENTS),
    st.tuples(st.just("sweep"), MOMENTS),
    st.tuples(st.just("sweep"), st.integers(1, 5)),
    st.tuples(st.just("cancel"), WHICH),
    st.tuples(st.just("retry"), WHICH, MOMENTS),
    st.tuples(st.just("settle"), WHICH, st.sampled_from(handling.OUTCOMES)),
    st.tuples(st.just("turn"), st.booleans()),
)
#: More looks than anything needs until all is quiet.
MOST = 20
Deed = tuple[Any, ...]
#: States of runs that wait for a person; and of those that nobody else has to do anything about.
WAITING = ("stuck", "blocked")
OVER = ("completed", "compensated", *WAITING)


class Runs(RuleBasedStateMachine):
    """One sequence, and what has to be so after it."""

    children: ClassVar[Children]
    #: Of all sequences: states of runs at the end of each, and deaths.
    seen: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.plans: dict[str, str] = {}
        self.epochs: dict[str, int] = {}
        self.settled: set[str] = set()

    def one(self, which: int, *states: str) -> str:
        """The id of a run in one of these states, if there is any; else of another one."""
        known = list(self.plans)
        fit = {str(row.id) for row in run_service.filter(id__in=known, state__in=states)}
        chosen = [each for each in known if each in fit] or known
        return chosen[which % len(chosen)]

    def dies(self, do: str, moment: int, plan: str = "", *, run: str = "") -> dict[str, str]:
        """Have a process do it that dies at a moment, if there are so many; what it has told."""
        told = self.children.have(do, plan, run=run, moment=moment)
        self.seen[f"{do} died"] += "ended" not in told
        return told

    @initialize(broken=st.booleans(), first=BEGUN, deeds=st.lists(DEEDS, min_size=2, max_size=5))
    def begin_with(self, first: Deed, deeds: list[Deed], *, broken: bool) -> None:
        """Hypothesis itself would make too many sequences of next to nothing."""
        for deed in (("turn", broken), first, *deeds):
            self.act(deed)
            self.epochs_only_grow()

    @rule(deed=DEEDS)
    def act(self, deed: Deed) -> None:
        """Do one of them."""
        getattr(self, deed[0])(*deed[1:])

    def begin(self, plan: str, resumable: bool, do: str, moment: int) -> None:  # noqa: FBT001
        """Execute a run, or hand it over, which is one write."""
        if moment and do == "execute":
            self.plans[self.dies(do, moment, "+" * resumable + plan)["run"]] = plan
            return
        run = OrchestratorRegistry.get("main")
        run.resumable = resumable
        steps.stage(run, plan)
        self.plans[str(run.id)] = plan
        with suppress(Exception):  # how it ends is in the journal
            getattr(run, do)()

    def work(self, which: int, moment: int) -> None:
        """Take a run up, as a worker does that is told of it."""
        run_id = self.one(which, "pending")
        if moment:
            self.dies("take_up", moment, run=run_id)
        else:
            recovery.take_up(current_plane(), UUID(run_id))

    def sweep(self, moment: int) -> None:
        """Look after what is left."""
        if moment:
            self.dies("sweep", moment)
        else:
            sweep_once()

    def cancel(self, which: int) -> None:
        """Cancel a run, if it can be."""
        with suppress(errors.bad_request.Conflict, errors.bad_request.NotFound):
            handling.cancel(current_plane(), UUID(self.one(which, *recovery.UNFINISHED)))

    def retry(self, which: int, moment: int) -> None:
        """Try a run again that waits for a person, if it does."""
        run_id = self.one(which, *WAITING)
        if moment:
            self.dies("retry", moment, run=run_id)
            return
        with suppress(errors.bad_request.Conflict, errors.bad_request.NotFound):
            handling.retry(current_plane(), UUID(run_id))

    def settle(self, which: int, outcome: str) -> None:
        """Close a run that waits for a person, if it does."""
        run_id = self.one(which, *WAITING)
        with suppress(errors.bad_request.Conflict, errors.bad_request.NotFound):
            handling.settle(current_plane(), UUID(run_id), outcome=outcome, note="seen to")
            self.settled.add(run_id)

    def turn(self, broken: bool) -> None:  # noqa: FBT001
        """Have rollbacks fail from now on that can, or not."""
        if broken:
            self.children.broken.touch()
        else:
            self.children.broken.unlink(missing_ok=True)

    @invariant()
    def epochs_only_grow(self) -> None:
        """Whoever writes a run's row moves it on."""
        for row in run_service.filter(id__in=list(self.plans)):
            known = self.epochs.get(str(row.id), 0)
            assert row.epoch >= known
            self.epochs[str(row.id)] = row.epoch

    def teardown(self) -> None:
        """The end of the sequence: all is brought to an end, then what is stuck is tried again."""
        bring_to_rest()
        self.judge()
        self.seen.update(row.state for row in run_service.filter(id__in=list(self.plans)))
        self.turn(False)
        waiting = list(run_service.filter(id__in=list(self.plans), state__in=WAITING))
        for row in waiting:
            assert handling.retry(current_plane(), row.id).ended_at is not None
        if waiting:
            bring_to_rest()
            self.judge()

    def judge(self) -> None:
        """Each run is over; what it has done is all of it or nothing."""
        self.epochs_only_grow()
        ledger = self.children.ledger
        effects, presented, there = ledger.effects(), ledger.presented(), set(rows())
        for run_id, plan in self.plans.items():
            if run_id not in self.settled:  # whoever has closed one has put right what it did
                judge_run(run_id, plan.split(), effects, presented, there)


def judge_run(
    run_id: str, words: list[str], effects: dict[str, int], presented: dict[str, int], there: set[str]
) -> None:
    """A run that nobody has settled."""
    row = run_service.get(id=run_id)
    state = row.state if row else "compensated"  # nothing was ever written
    assert state in OVER
    keys = [steps.key_of(run_id, number) for number in range(1, len(words) + 1)]
    calls = [key for key, word in zip(keys, words, strict=True) if word[0] == "E"]
    writes = [key for key, word in zip(keys, words, strict=True) if word[0] != "E"]
    assert all(effects.get(key, 0) <= 1 for key in calls)
    done = state == "completed"
    assert done <= all(word[1:2] not in {"?", "!"} for word in words)
    events = [steps.event_of(run_id, number) for number in range(len(words) + 1)]
    assert [event in presented for event in events] == [done] * len(events)
    if state in {"completed", "compensated"}:
        assert [effects.get(key, 0) for key in calls] == [int(done)] * len(calls)
        assert [key in there for key in writes] == [done] * len(writes)


def bring_to_rest() -> None:
    """Do what workers and the sweep do in time, until nothing is left to do; no time passes."""
    plane = current_plane()
    abandoned = owners.this_owner().abandoned
    for _ in range(MOST):
        while abandoned:
            recovery.release(*abandoned.pop())
        past = now() - timedelta(seconds=1)
        delivery_service.filter(next_attempt__isnull=False, owner__isnull=True).update(next_attempt=past)
        due_organisation_service.filter(organisation=plane.key).update(due_at=past)
        for waiting in run_service.filter(state="pending", owner__isnull=True):
            recovery.take_up(plane, waiting.id)
        sweep_once()
        if is_at_rest(plane.key):
            return
    pytest.fail("something is left to do")


def is_at_rest(organisation: str) -> bool:
    """Whether nothing is left to do."""
    mine = owners.this_owner().id
    return not (
        run_service.filter(state__in=recovery.UNFINISHED).exists()
        or delivery_service.filter().exists()
        or owned_organisation_service.filter(organisation=organisation).exclude(owner_id=mine).exists()
    )


@pytest.fixture
def _told(children: Children, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In this process, too, steps know what is broken, and events reach the ledger."""
    monkeypatch.setenv(steps.BROKEN, str(children.broken))
    previous = install_delivery(ToFunction(steps.tell))
    yield
    install_delivery(previous)


@pytest.mark.usefixtures("_told")
def test_each_run_is_whole_or_not_there_after_any_sequence(children: Children) -> None:
    class OnThese(Runs):
        pass

    OnThese.children, OnThese.seen = children, Counter()
    chosen = settings(
        max_examples=SEQUENCES,
        stateful_step_count=4,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(OnThese, settings=chosen)
    print(OnThese.seen)  # shown with a failure, or by -s
    if SEQUENCES >= ENOUGH:
        missing = [each for each in USUAL if not OnThese.seen[each]]
        assert not missing, OnThese.seen
