"""What plugins need: in which order they are loaded, and what is said where something is lacking."""

from importlib.metadata import version

import pytest

from VaultPlatform.host.manifest import Manifest
from VaultPlatform.host.requirements import circle_of, dependencies_first, lacking
from VaultPlatform.host.sources import Source
from VaultPlatform.host.status import PluginRecord, Stage, State
from VaultPlatform.version import VERSION

pytestmark = pytest.mark.database_independent


@pytest.mark.parametrize(
    ("names", "needs", "ordered"),
    [
        ("ABC", {}, "ABC"),
        ("ABC", {"A": "C"}, "CAB"),
        ("ABCD", {"A": "DB"}, "BDAC"),
        ("ABC", {"A": "B", "B": "C"}, "CBA"),
        ("AB", {"A": "X"}, "AB"),
        ("ABC", {"A": "B", "B": "A"}, "BAC"),
    ],
)
def test_what_is_needed_comes_first_and_the_rest_stays_in_order(
    names: str, needs: dict[str, str], ordered: str
) -> None:
    assert "".join(dependencies_first(names, needs)) == ordered


@pytest.mark.parametrize(
    ("needs", "circle"),
    [
        ({"A": "B"}, []),
        ({"A": "A"}, ["A", "A"]),
        ({"A": "B", "B": "A"}, ["A", "B", "A"]),
        ({"A": "BC", "B": "D", "C": "A", "D": "A"}, ["A", "C", "A"]),
        ({"A": "B", "B": "C", "C": "B"}, []),
    ],
)
def test_a_circle_is_found_by_its_shortest_way(needs: dict[str, str], circle: list[str]) -> None:
    assert circle_of("A", needs) == circle


def record(
    name: str, *, of: str = "1.0", state: State = "on", level: str = "organisation", **requires: object
) -> PluginRecord:
    from pathlib import Path

    manifest = Manifest.model_validate({"version": of, "level": level, "requires": requires})
    return PluginRecord(
        name=name, source=Source(kind="repository", folder=Path("/", name)), state=state, manifest=manifest
    )


def told(*records: PluginRecord) -> str:
    return lacking(records[0], {each.name: each for each in records})


def test_all_that_is_needed_is_there() -> None:
    needs = {"nimbusvault": f"=={VERSION}", "packages": ["pluggy"], "plugins": {"B": ">=1,<2", "C": ""}}
    assert told(record("A", **needs), record("B", of="1.9rc1"), record("C", of="0")) == ""


@pytest.mark.parametrize(
    ("needs", "words"),
    [
        ({"nimbusvault": ">=99"}, ["NimbusVault >=99", VERSION]),
        ({"packages": ["no-such-package>=2"]}, ["no-such-package>=2", "not installed", "pip install"]),
        ({"packages": ["pluggy>=99"]}, ["pluggy>=99", version("pluggy")]),
        ({"plugins": {"Nobody": ">=1"}}, ["Nobody >=1", "not there"]),
        ({"plugins": {"B": ">=2"}}, ["B >=2", "B is 1.0"]),
        ({"plugins": {"Off": ""}}, ["Off", "is off", "Base.active_plugins"]),
        ({"plugins": {"A": ""}}, ["A → A", "do without"]),
    ],
)
def test_what_is_lacking_is_said_with_both_sides_and_a_remedy(
    needs: dict[str, object], words: list[str]
) -> None:
    reason = told(record("A", **needs), record("B"), record("Off", state="off"))
    assert all(word in reason for word in words), reason


def test_a_package_for_another_system_is_not_needed() -> None:
    assert told(record("A", packages=["no-such-package; sys_platform == 'nowhere'"])) == ""


def test_the_failure_of_what_is_needed_is_told_on() -> None:
    broken = record("B", state="failed")
    broken.stage, broken.reason = Stage.IMPORT, "SyntaxError (B/__init__.py:1)"
    reason = told(record("A", plugins={"B": ""}), broken)
    assert "failed at stage import: SyntaxError (B/__init__.py:1)" in reason


@pytest.mark.parametrize(
    ("level", "of_needed", "fits"),
    [
        ("site", "organisation", False),
        ("site", "site", True),
        ("organisation", "site", True),
        ("organisation", "organisation", True),
    ],
)
def test_what_is_on_everywhere_needs_only_what_is_on_everywhere(
    level: str, of_needed: str, fits: object
) -> None:
    reason = told(record("A", level=level, plugins={"B": ""}), record("B", level=of_needed))
    assert bool(reason) is not fits
    assert fits or ("level: site" in reason and "into that of B" in reason)
