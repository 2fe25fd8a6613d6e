"""Each rule finds what breaks it, with file and line, and nothing in what keeps it."""

import json
from pathlib import Path

import pytest

from tests.unit.checklist.cases import CASES, MARK, NAME, Case
from tests.unit.checklist.cases_more import MORE_CASES
from VaultPlatform.checklist import RULES, Report, Site, check, features, plugin_at

pytestmark = pytest.mark.database_independent

ALL = [*CASES, *MORE_CASES]
IDS = [f"{case.rule}-{number}" for number, case in enumerate(ALL)]
#: What is looked for in more of the site than files: tested below.
BY_THEMSELVES = {"listed", "loads"}


def written(case: Case, root: Path, *, broken: bool) -> Path:
    """The plugin's folder, as it keeps the rule or breaks it."""
    folder = root / "Plugins" / (case.name if broken else NAME)
    inside: dict[str, str | None] = {"__init__.py": "", **case.kept, **(case.broken if broken else {})}
    files = {f"{folder.relative_to(root)}/{name}": text for name, text in inside.items()}
    for name, text in {**case.around, **({} if broken else case.around_kept), **files}.items():
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


@pytest.mark.parametrize("case", ALL, ids=IDS)
def test_what_breaks_a_rule_is_found_with_file_and_line(case: Case, tmp_path: Path) -> None:
    found = [each for each in checked(case, tmp_path, broken=True).findings if each.rule == case.rule]
    places = {f"{each.file}:{each.line}".removeprefix(f"Plugins/{case.name}/") for each in found}
    assert places == expected(case) != set()
    assert all(case.says in each.what for each in found)
    assert all(each.remedy for each in found)


@pytest.mark.parametrize("case", ALL, ids=IDS)
def test_what_keeps_a_rule_is_left_alone(case: Case, tmp_path: Path) -> None:
    found = checked(case, tmp_path, broken=False).findings
    assert [each for each in found if each.rule == case.rule] == []


def test_every_rule_has_a_planted_violation() -> None:
    assert set(RULES) - {case.rule for case in ALL} == BY_THEMSELVES


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A plugin's folder, outside of any site."""
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    return folder


def test_a_plugin_has_to_be_listed_in_every_settings_file(plugin: Path, tmp_path: Path) -> None:
    listing, other, broken = (tmp_path / name for name in ("a.json", "b.json", "c.json"))
    listing.write_text(json.dumps({"Base": {"active_plugins": [NAME]}}))
    other.write_text('{\n  "Base": {\n    "active_plugins": ["Other"]\n  }\n}\n')
    broken.write_text("{\n{")

    report = check(plugin_at(plugin, site=Site(repository=tmp_path, settings=[listing, other, broken])))

    found = [(each.file, each.line) for each in report.findings if each.rule == "listed"]
    assert found == [("b.json", 3), ("c.json", 2)]


def test_a_plugin_that_does_not_load_is_found_where_its_reason_says(plugin: Path, tmp_path: Path) -> None:
    failures = {NAME: f"stage urls: NameError: name 'x' is not defined ({NAME}/urls.py:7)"}

    report = check(plugin_at(plugin, site=Site(repository=tmp_path / "site", failures=failures)))
    clean = check(
        plugin_at(plugin, site=Site(repository=tmp_path / "site", failures={"Other": "stage urls"}))
    )

    assert [(each.file, each.line) for each in report.findings if each.rule == "loads"] == [
        (f"{NAME}/urls.py", 7)
    ]
    assert [each for each in clean.findings if each.rule == "loads"] == []


@pytest.mark.parametrize(
    ("text", "excepted"),
    [
        ("import redis  # checklist: allow cache-apart: for one organisation only\n", [1]),
        ("# checklist: allow cache-apart: for one organisation only\nimport redis\nimport redis\n", [2, 3]),
        ("x = 1\n# checklist: allow cache-apart: the next line only\nimport redis\nimport redis\n", [3]),
        ("import redis  # checklist: allow cache-apart\n", []),
        ("import redis  # checklist: allow tasks-apart: another rule\n", []),
    ],
)
def test_an_exception_with_a_reason_holds_for_its_line_or_file(
    plugin: Path, text: str, excepted: list[int]
) -> None:
    (plugin / "HelperFunctions.py").write_text(text)

    report = check(plugin_at(plugin, site=Site(repository=plugin.parent)))

    assert [each.finding.line for each in report.excepted if each.finding.rule == "cache-apart"] == excepted
    found = [each.line for each in report.findings if each.rule == "cache-apart"]
    assert len(found) == text.count("import redis") - len(excepted)


def test_an_exception_in_the_manifest_holds_for_the_plugin(plugin: Path) -> None:
    (plugin / "plugin.yaml").write_text("# checklist: allow cache-apart: one organisation\nversion: 1\n")
    (plugin / "HelperFunctions.py").write_text("\nimport redis\n")

    report = check(plugin_at(plugin, site=Site(repository=plugin.parent)))

    assert [each.reason for each in report.excepted] == ["one organisation"]


def test_nothing_of_a_plugin_is_imported(plugin: Path) -> None:
    (plugin / "__init__.py").write_text("raise SystemExit(1)\n")

    assert check(plugin_at(plugin, site=Site(repository=plugin.parent))).subject == NAME


def test_features_of_the_core_and_its_tables_are_looked_at(tmp_path: Path) -> None:
    planted = {
        "VaultManagement/Notes/__init__.py": "",
        "VaultManagement/Notes/views.py": "class Notes(APIView):  # !\n    def get(self, request): ...\n",
        "VaultManagement/Notes/urls.py": "urlpatterns = []\n",
        "VaultManagement/Notes/bll/GetApisbll.py": "from VaultModels.models import Note  # !\n",
        "VaultModels/models/Note.py": 'plugin = models.OneToOneField("Tags_Plugin.Tag")  # !\n',
        "VaultModels/migrations/0001_initial.py": "a = migrations.RunPython(fill)  # !\n",
        "Orchestrators/NotesOrchestrators/NotesOrchestrator.py": "class NotesOrchestrator(Workflow):  # !\n    ...\n",
        "Plugins/Tags_Plugin/__init__.py": "",
    }
    for name, text in planted.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    reports = [check(subject) for subject in features(Site(repository=tmp_path))]

    assert [report.subject for report in reports] == ["Notes", "VaultModels"]
    places = {f"{each.file}:{each.line}" for report in reports for each in report.findings}
    assert places == {f"{name}:1" for name, text in planted.items() if MARK in text}
