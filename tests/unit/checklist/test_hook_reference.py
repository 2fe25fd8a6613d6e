"""The hook reference: a specification that leaves a reader without an answer is refused."""

from pathlib import Path

import pytest

from VaultPlatform.checklist.hook_reference import CORE, Undescribed, reference_of
from VaultPlatform.config import REPOSITORY

pytestmark = pytest.mark.database_independent

WHOLE = '''class ThingHooks:
    """Things."""

    @hookspec
    def collect_things(self, where: str) -> list[str]:
        """Asked at start.

        Input:
            - where: the place.

        Output:
            - Their names.
        """
'''


def faults(folder: Path, source: str) -> str:
    """What is refused in a specification."""
    (folder / "ThingHooks.py").write_text(source)
    with pytest.raises(Undescribed) as refused:
        reference_of(folder)
    return str(refused.value)


def test_all_is_said_of_the_cores_hooks() -> None:
    assert "### on_entity_archived(entity_type, entity_id)" in reference_of(REPOSITORY / CORE)


def test_a_specification_that_says_all_is_told(tmp_path: Path) -> None:
    (tmp_path / "ThingHooks.py").write_text(WHOLE)

    assert reference_of(tmp_path).splitlines()[4:] == [
        "### collect_things(where)",
        "",
        "A question, at start or on demand.",
        "",
        "Asked at start.",
        "",
        "- `where` (`str`): the place.",
        "- returns `list[str]`: Their names.",
    ]


@pytest.mark.parametrize(
    ("text", "instead", "fault"),
    [
        ("Asked at start.", "", "does not say when it is called"),
        ("- where: the place.", "", "lacks Input: where"),
        ("- where: the place.", "- where:", "lacks Input: where"),
        ("where: str", "where", "lacks the type of where"),
        ("- where: the", "- there: x\n            - where: the", "has no argument there"),
        ("- Their names.", "", "lacks Output:"),
    ],
)
def test_what_a_specification_does_not_say_is_named(
    tmp_path: Path, text: str, instead: str, fault: str
) -> None:
    where = f"{tmp_path.name}/ThingHooks.py:5"
    assert faults(tmp_path, WHOLE.replace(text, instead)) == f"{where}: collect_things {fault}"


def test_a_specification_without_a_docstring_is_named(tmp_path: Path) -> None:
    source = "class ThingHooks:\n    @hookspec\n    def on_thing(self, number: int) -> None: ...\n"
    assert faults(tmp_path, source).splitlines() == [
        f"{tmp_path.name}/ThingHooks.py:3: on_thing does not say when it is called",
        f"{tmp_path.name}/ThingHooks.py:3: on_thing lacks Input: number",
    ]
