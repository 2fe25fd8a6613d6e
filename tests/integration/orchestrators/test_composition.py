"""Orchestrators that stage on one run: a plugin's step as the guide has it, followed by steps of another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import connections

from Orchestrators.AbstractOrchestrators.BaseOrchestrator import BaseOrchestrator
from Orchestrators.ContextManager import context_manager, db_step, external_step
from Orchestrators.Errors import UndeclaredContextKey
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from tests.integration.orchestrators.ledger import Boom, StepFactory, committed_names, delete, insert

SHARE_KEYS = {"common": ["result", "result_status", "shared"]}
remaining_lines: list[str] = []


@context_manager(get_contexts={"common": []}, set_contexts=SHARE_KEYS)
def share_bll(orchestrator: Any, title: str) -> None:
    insert(title)
    orchestrator.set_context_value("shared", title)
    orchestrator.set_context_value("result", {"title": title})
    orchestrator.set_context_value("result_status", 201)
    remaining_lines.append("share")


@context_manager(get_contexts={"common": ["shared"]}, set_contexts={})
def rollback_share_bll(orchestrator: Any) -> None:
    delete(orchestrator.get_context_value("shared"))


class ShareOrchestrator(metaclass=BaseOrchestrator):
    """
    Description: Shares, in one step that writes its status last.
    """

    def __init__(self, orchestrator_obj: Any) -> None:
        """
        Description: Bind to the run.
        Input:
            - orchestrator_obj: the run.
        Output:
            - None.
        """
        self.mainorchestrator = orchestrator_obj or OrchestratorRegistry.get("main")

    @context_manager(get_contexts={"common": []}, set_contexts=SHARE_KEYS)
    def stage_share(self, title: str) -> None:
        """
        Description: Stage it.
        Input:
            - title: of what is shared.
        Output:
            - None.
        """
        self.mainorchestrator.set_context_schema({"shared": str})
        self.mainorchestrator.add_step(share_bll, rollback_share_bll, title=title)


@context_manager(get_contexts={"common": ["shared"]}, set_contexts={"common": ["announced"]})
def announce_bll(orchestrator: Any) -> None:
    name = f"announced {orchestrator.get_context_value('shared')}"
    insert(name)
    orchestrator.set_context_value("announced", name)


@context_manager(get_contexts={"common": ["announced"]})
def rollback_announce_bll(orchestrator: Any) -> None:
    delete(orchestrator.get_context_value("announced"))


@db_step
@context_manager(set_contexts={"common": ["result", "result_status"]})
def count_bll(orchestrator: Any, outcome: str) -> None:
    insert("counted")
    if outcome == "raise":
        raise Boom("count")
    orchestrator.set_context_value("result", outcome)
    orchestrator.set_context_value("result_status", {"refuse": 409, "count": 202}[outcome])


class AnnounceOrchestrator(metaclass=BaseOrchestrator):
    """
    Description: Shares and then does two things more.
    """

    def __init__(self, orchestrator_obj: Any) -> None:
        """
        Description: Bind to the run.
        Input:
            - orchestrator_obj: the run.
        Output:
            - None.
        """
        self.mainorchestrator = orchestrator_obj

    @context_manager(set_contexts={"common": ["shared", "announced", "result", "result_status"]})
    def stage_all(self, title: str, outcome: str) -> None:
        """
        Description: Stage another's step and two of its own.
        Input:
            - title, outcome: what to share and how the last step ends.
        Output:
            - None.
        """
        share = self.mainorchestrator.get_other_orchestrator(self, "test-share")
        assert share.mainorchestrator is self.mainorchestrator
        share.stage_share(title)
        self.mainorchestrator.add_step(announce_bll, rollback_announce_bll)
        self.mainorchestrator.add_step(count_bll, None, outcome=outcome)

    @context_manager(set_contexts={"common": ["result", "result_status"]})
    def stage_forgetful(self) -> None:
        """
        Description: Stage another's step without declaring what it writes.
        Input:
            - None.
        Output:
            - None.
        """
        self.mainorchestrator.get_other_orchestrator(self, "test-share").stage_share("x")


@pytest.fixture
def announce(ledger: StepFactory) -> Iterator[Any]:
    remaining_lines.clear()
    # the one that asks is registered before the one it asks for: names are resolved late
    OrchestratorRegistry.register("test-announce", AnnounceOrchestrator)
    orchestrator = OrchestratorRegistry.get("test-announce")
    OrchestratorRegistry.register("test-share", ShareOrchestrator)
    yield orchestrator
    OrchestratorRegistry.unregister("test-announce")
    OrchestratorRegistry.unregister("test-share")


def test_a_step_that_ends_with_a_status_below_400_ends_there_and_the_run_goes_on(announce: Any) -> None:
    announce.stage_all("page", "count")
    assert announce.mainorchestrator.execute() == "count"
    assert announce.mainorchestrator.get_context_value("result_status", check_validation=False) == 202
    assert committed_names() == ["announced page", "counted", "page"]
    assert remaining_lines == []


def test_when_the_last_of_three_steps_refuses_all_are_undone_and_its_answer_stands(announce: Any) -> None:
    announce.stage_all("page", "refuse")
    assert announce.mainorchestrator.execute() == "refuse"
    assert announce.mainorchestrator.get_context_value("result_status", check_validation=False) == 409
    assert committed_names() == []


def test_when_the_last_of_three_steps_raises_all_are_undone_and_no_earlier_answer_remains(
    announce: Any,
) -> None:
    announce.stage_all("page", "raise")
    with pytest.raises(Boom, match="count"):
        announce.mainorchestrator.execute()
    run = announce.mainorchestrator
    assert committed_names() == []
    assert run.get_context_value("result", check_validation=False) is None
    assert run.get_context_value("result_status", check_validation=False) is None
    assert run.get_context_value("shared", check_validation=False) == "page", "kept for whoever looks into it"


def test_the_plugins_orchestrator_alone_works_as_the_guide_has_it(announce: Any) -> None:
    orchestrator = OrchestratorRegistry.get("test-share")
    orchestrator.stage_share(title="page")
    assert orchestrator.mainorchestrator.execute() == {"title": "page"}
    assert committed_names() == ["page"]


def test_a_refusal_without_a_result_does_not_answer_with_that_of_an_undone_step(announce: Any) -> None:
    @context_manager(set_contexts={"common": ["result_status"]})
    def refuse(orchestrator: Any) -> None:
        orchestrator.set_context_value("result_status", 409)

    orchestrator = OrchestratorRegistry.get("test-share")
    orchestrator.stage_share(title="page")
    orchestrator.mainorchestrator.add_step(refuse, None)
    assert orchestrator.mainorchestrator.execute() is None
    assert committed_names() == []


def test_an_orchestrator_that_stages_anothers_steps_declares_their_keys(announce: Any) -> None:
    with pytest.raises(UndeclaredContextKey, match=r"stage_share writes 'shared'.*stage_forgetful"):
        announce.stage_forgetful()


def test_runs_in_threads_share_neither_context_nor_frames(announce: Any) -> None:
    """Four threads run the same functions at once, each waiting for the others while its frame is open."""
    together = threading.Barrier(4, timeout=20)
    answers: dict[int, tuple[Any, Any]] = {}

    # external: in a transaction SQLite would let only one thread in, and the others wait for ever
    @external_step
    @context_manager(set_contexts={"common": ["mine"]})
    def remember(orchestrator: Any, number: int) -> None:
        orchestrator.set_context_value("mine", number)
        together.wait()
        assert orchestrator.get_context_value("mine") == number
        together.wait()

    @external_step
    @context_manager(get_contexts={"common": ["mine"]}, set_contexts={"common": ["result"]})
    def answer(orchestrator: Any) -> None:
        together.wait()
        orchestrator.set_context_value("result", orchestrator.get_context_value("mine"))

    def work(number: int) -> None:
        run = OrchestratorRegistry.get("main")
        run.add_step(remember, None, number)
        run.add_step(answer, None)
        answers[number] = (run.execute(), run.frames.top)
        connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: (number, None) for number in range(4)}


@pytest.mark.parametrize("outcome", ["refuse", "raise"])
def test_a_step_staged_twice_is_undone_twice_each_time_with_what_it_wrote(
    announce: Any, outcome: str
) -> None:
    run = announce.mainorchestrator
    share = run.get_other_orchestrator(announce, "test-share")
    share.stage_share("one")
    share.stage_share("two")
    run.add_step(count_bll, None, outcome=outcome)
    with suppress(Boom):
        run.execute()
    assert committed_names() == []


def test_what_later_steps_wrote_is_there_again_after_the_undoing(announce: Any) -> None:
    announce.stage_all("page", "refuse")
    run = announce.mainorchestrator
    run.execute()
    assert run.get_context_value("announced", check_validation=False) == "announced page"
    assert run.get_context_value("result_status", check_validation=False) == 409
