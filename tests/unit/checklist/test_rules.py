"""Each rule finds what breaks it, with file and line, and nothing in what keeps it."""

from pathlib import Path

import pytest

from tests.unit.checklist.cases import CASES, MARK, Case
from VaultPlatform.checklist import RULES, Report, Site, check, plugin_at

pytestmark = pytest.mark.database_independent


def written(case: Case, root: Path, *, broken: bool) -> Path:
    """The plugin's folder, as it keeps the rule or breaks it."""
    folder = root / "Plugins" / (case.name if broken else "Notes_Plugin")
    files = {
        f"{folder.relative_to(root)}/{name}": text for name, text in {"__init__.py": "", **case.kept}.items()
    }
    if broken:
        files |= {f"{folder.relative_to(root)}/{name}": text for name, text in case.broken.items()}
    for name, text in {**case.around, **files}.items():
        if text is not None:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
    return folder


def checked(case: Case, root: Path, *, broken: bool) -> Report:
    """What is found in it."""
    folder = written(case, root, broken=broken)
    return check(plugin_at(folder, site=Site(repository=root)))


def expected(case: Case) -> set[str]:
    """Where the rule is broken, as file:line from the plugin's folder on."""
    marked = {
        f"{name}:{number}"
        for name, text in case.broken.items()
        for number, line in enumerate((text or "").splitlines(), start=1)
        if line.endswith(MARK)
    }
    return marked | set(case.at)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_what_breaks_a_rule_is_found_with_file_and_line(case: Case, tmp_path: Path) -> None:
    found = [each for each in checked(case, tmp_path, broken=True).findings if each.rule == case.rule]
    places = {f"{each.file}:{each.line}".removeprefix(f"Plugins/{case.name}/") for each in found}
    assert places == expected(case) != set()
    assert all(case.says in each.what for each in found)
    assert all(each.remedy for each in found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_what_keeps_a_rule_is_left_alone(case: Case, tmp_path: Path) -> None:
    found = checked(case, tmp_path, broken=False).findings
    assert [each for each in found if each.rule == case.rule] == []


def test_every_rule_has_a_planted_violation() -> None:
    assert set(RULES) - {case.rule for case in CASES} == set()
