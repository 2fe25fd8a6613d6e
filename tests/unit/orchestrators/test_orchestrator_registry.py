"""Orchestrators are found by name, each time fresh and on a run."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from Orchestrators.AbstractOrchestrators.BaseOrchestrator import BaseOrchestrator
from Orchestrators.Errors import RegistrationError, RunStateError, UnknownOrchestrator
from Orchestrators.MainOrchestrator import MainOrchestrator
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry

pytestmark = pytest.mark.database_independent


def bind(self: Any, orchestrator_obj: Any) -> None:
    """
    Description: Bind.
    Input: the run.
    Output: nothing.
    """
    self.mainorchestrator = orchestrator_obj


def forget(self: Any, orchestrator_obj: Any) -> None:
    """
    Description: Do not keep the run.
    Input: the run.
    Output: nothing.
    """


def take_two(self: Any, orchestrator_obj: Any, more: Any) -> None:
    """
    Description: Ask for too much.
    Input: the run and more.
    Output: nothing.
    """


def make(name: str, **members: Any) -> BaseOrchestrator:
    namespace = {"__doc__": "Description: A thing.", "__module__": "Somewhere", "__init__": bind}
    return BaseOrchestrator(name, (), namespace | members)


Bookshelf = make("BookshelfOrchestrator")


@pytest.fixture(autouse=True)
def _only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OrchestratorRegistry, "_classes", {})


def test_get_makes_a_fresh_orchestrator_on_a_fresh_run_each_time() -> None:
    OrchestratorRegistry.register("bookshelf", Bookshelf)
    one, two = OrchestratorRegistry.get("bookshelf"), OrchestratorRegistry.get("bookshelf")
    assert type(one) is Bookshelf
    assert isinstance(one.mainorchestrator, MainOrchestrator)
    assert one is not two
    assert one.mainorchestrator is not two.mainorchestrator


def test_main_is_a_fresh_run_itself() -> None:
    run = OrchestratorRegistry.get("main")
    assert isinstance(run, MainOrchestrator)
    assert run is not OrchestratorRegistry.get("main")


def test_an_unknown_name_is_refused_listing_near_ones() -> None:
    OrchestratorRegistry.register("bookshelf", Bookshelf)
    with pytest.raises(UnknownOrchestrator, match=r"'bookshelve'.*Did you mean 'bookshelf'\?"):
        OrchestratorRegistry.get("bookshelve")


def test_registering_the_same_class_again_is_fine() -> None:
    OrchestratorRegistry.register("bookshelf", Bookshelf)
    OrchestratorRegistry.register("bookshelf", Bookshelf)
    OrchestratorRegistry.register("shelf", Bookshelf)
    assert OrchestratorRegistry.names() == ["bookshelf", "shelf"]


def test_another_class_under_a_taken_name_is_refused_naming_both_and_the_first_stays() -> None:
    OrchestratorRegistry.register("bookshelf", Bookshelf)
    with pytest.raises(
        RegistrationError, match=r"Somewhere\.OtherOrchestrator.*Somewhere\.BookshelfOrchestrator"
    ):
        OrchestratorRegistry.register("bookshelf", make("OtherOrchestrator"))
    assert type(OrchestratorRegistry.get("bookshelf")) is Bookshelf


def test_an_unregistered_name_is_free_again() -> None:
    OrchestratorRegistry.register("bookshelf", Bookshelf)
    OrchestratorRegistry.unregister("bookshelf")
    OrchestratorRegistry.unregister("bookshelf")
    OrchestratorRegistry.register("bookshelf", make("OtherOrchestrator"))


@pytest.mark.parametrize("name", ["main", "", None])
def test_reserved_and_empty_names_are_refused(name: Any) -> None:
    with pytest.raises(RegistrationError, match="other than 'main'"):
        OrchestratorRegistry.register(name, Bookshelf)


@pytest.mark.parametrize("thing", [object, "Bookshelf", None])
def test_what_is_no_orchestrator_class_is_refused(thing: Any) -> None:
    with pytest.raises(RegistrationError, match="metaclass=BaseOrchestrator"):
        OrchestratorRegistry.register("thing", thing)


def test_a_class_that_does_not_take_one_run_is_refused() -> None:
    bare = BaseOrchestrator("BareOrchestrator", (), {"__doc__": "Description: Nothing."})
    for unfit in (bare, make("Greedy", __init__=take_two)):
        with pytest.raises(RegistrationError, match=r"__init__\(self, orchestrator_obj\)"):
            OrchestratorRegistry.register("unfit", unfit)


def test_a_class_that_does_not_keep_its_run_is_refused_when_it_is_got() -> None:
    OrchestratorRegistry.register("forgetful", make("Forgetful", __init__=forget))
    with pytest.raises(RegistrationError, match=r"Somewhere\.Forgetful does not keep its run"):
        OrchestratorRegistry.get("forgetful")


def test_another_orchestrator_is_bound_to_the_same_run_and_resolved_late() -> None:
    OrchestratorRegistry.register("bookshelf", Bookshelf)
    shelf = OrchestratorRegistry.get("bookshelf")
    with pytest.raises(UnknownOrchestrator):
        shelf.mainorchestrator.get_other_orchestrator(shelf, "late")
    OrchestratorRegistry.register("late", make("LateOrchestrator"))
    late = shelf.mainorchestrator.get_other_orchestrator(shelf, "late")
    assert late.mainorchestrator is shelf.mainorchestrator
    assert shelf.mainorchestrator.get_other_orchestrator(shelf, "main") is shelf.mainorchestrator


def test_asking_on_behalf_of_another_run_is_refused() -> None:
    OrchestratorRegistry.register("bookshelf", Bookshelf)
    one, two = OrchestratorRegistry.get("bookshelf"), OrchestratorRegistry.get("bookshelf")
    with pytest.raises(RunStateError, match=r"get_other_orchestrator\(self, 'bookshelf'\)"):
        one.mainorchestrator.get_other_orchestrator(two, "bookshelf")


def test_of_classes_registered_at_once_under_one_name_exactly_one_wins() -> None:
    start, refused = threading.Barrier(8, timeout=20), []

    def work(number: int) -> None:
        start.wait()
        try:
            OrchestratorRegistry.register("contested", make(f"Number{number}"))
        except RegistrationError:
            refused.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 7
