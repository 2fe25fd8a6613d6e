"""The author's guide, followed in a copy of the tree; its examples of tests are run here."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.readme.fences import blocks_of
from tests.acceptance.readme.reader import Reader
from VaultPlatform import testing

PAGE = "docs/authors-guide.md"
EXAMPLES = [block for block in blocks_of(PAGE) if block.language == "python" and block.file is None]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    following = Reader(tmp_path / "nimbusvault")
    following.variables["VAULT_HOME"] = str(tmp_path / "home")
    yield following
    following.leave()


@pytest.mark.database_independent
@pytest.mark.timeout(350)
def test_the_way_from_nothing_to_a_package_works_as_printed(reader: Reader) -> None:
    assert reader.follow([block for block in blocks_of(PAGE) if block not in EXAMPLES]) == 11


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_examples_of_tests_pass(
    number: int, org: Any, client_for: Callable[..., Any], faults: Any, captured_hooks: Any
) -> None:
    names: dict[str, Any] = {}
    exec(EXAMPLES[number].text, names)
    [test] = [value for name, value in names.items() if name.startswith("test_")]
    offered = {"org": org, "client_for": client_for, "faults": faults, "captured_hooks": captured_hooks}
    wanted = test.__code__.co_varnames[: test.__code__.co_argcount]
    test(**{name: offered[name] for name in wanted})


@pytest.mark.database_independent
def test_every_fixture_of_the_kit_is_in_the_table() -> None:
    table = (Path(__file__).parents[3] / PAGE).read_text().partition("| fixture |")[2].partition("\n\n")[0]
    infrastructure = {"clients", "database_access", "django_db_setup", "site_databases", "steps_are_guarded"}
    fixtures = {name for name in testing.__all__ if not name.startswith("pytest_")} - infrastructure
    assert [name for name in fixtures if f"| `{name}" not in table] == []
