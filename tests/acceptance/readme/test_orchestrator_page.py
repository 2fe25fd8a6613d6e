"""docs/orchestrator.md and docs/runs.md: their code is run from top to bottom, their sessions give what they show."""

import doctest
from typing import Any

import pytest

from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from tests.acceptance.readme.fences import ROOT, blocks_of

PAGE = "docs/orchestrator.md"


@pytest.mark.parametrize(("page", "least"), [(PAGE, 6), ("docs/runs.md", 3)])
def test_the_examples_give_what_they_show(org: Any, page: str, least: int) -> None:
    before = set(OrchestratorRegistry.names())
    names: dict[str, Any] = {"__name__": "page"}
    sessions = 0
    try:
        for block in blocks_of(page):
            if block.language == "python":
                exec(compile(block.text, block.where, "exec"), names)
            else:
                sessions += 1
                run_session(block.text, names, where=block.where)
    finally:
        for name in set(OrchestratorRegistry.names()) - before:
            OrchestratorRegistry.unregister(name)
    assert sessions >= least


def run_session(text: str, names: dict[str, Any], *, where: str) -> None:
    """AssertionError unless each expression of the session gives what stands behind it."""
    session = doctest.DocTestParser().get_doctest(text, names, where, PAGE, int(where.rpartition(":")[2]))
    session.globs = names  # not a copy: the next block goes on with them
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
    failed, _ = runner.run(session, out=said.append, clear_globs=False)
    assert failed == 0, "".join(said)


@pytest.mark.database_independent
def test_the_kinds_of_step_are_those_that_there_are() -> None:
    from Orchestrators.Steps import StepKind

    page = (ROOT / PAGE).read_text(encoding="utf-8")
    for kind in StepKind:
        assert f"\n| {kind.name.lower()} | " in page
