"""A new plugin is right from the start, whatever parts it has, and is the same from cookiecutter."""

import itertools
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.architecture.tree import tracked_files
from VaultPlatform.checklist import Site, check, plugin_at
from VaultPlatform.config import REPOSITORY
from VaultPlatform.scaffold import PARTS, CannotMake, Wishes, make
from VaultPlatform.scaffold.template import TEMPLATE

pytestmark = pytest.mark.database_independent

COMBINATIONS = [
    frozenset(parts) for number in range(len(PARTS) + 1) for parts in itertools.combinations(PARTS, number)
]
#: What Jinja and Django's engine read alike.
ALIKE = re.compile(
    r"\{\{ cookiecutter\.\w+ \}\}"
    r"|\{% if (not )?cookiecutter\.\w+( (and|or) (not )?cookiecutter\.\w+)* %\}|\{% else %\}|\{% endif %\}"
)
VARIABLES = json.loads((TEMPLATE / "cookiecutter.json").read_text())


def wishes(*parts: str, name: str = "Notes_Plugin", package: bool = False) -> Wishes:
    return Wishes(name=name, parts=frozenset(parts), package=package)


def template_files() -> list[Path]:
    """The files that are rendered into a plugin."""
    found = [path for path in (TEMPLATE / "{{cookiecutter.project}}").rglob("*") if path.is_file()]
    return [path for path in found if "__pycache__" not in path.parts]


def files_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plugin for each combination of parts, each in a folder of its own."""
    root = tmp_path_factory.mktemp("every")
    for number, parts in enumerate(COMBINATIONS):
        (root / f"with_{number}").mkdir()
        make(wishes(*parts), into=root / f"with_{number}")
    return root


def test_every_combination_of_parts_keeps_to_the_checklist(every: Path) -> None:
    site = Site(repository=REPOSITORY, settings=[REPOSITORY / "VaultSettings.json"])
    reports = [check(plugin_at(folder, site=site)) for folder in sorted(every.glob("with_*/Notes_Plugin"))]

    assert len(reports) == 32
    assert [finding for report in reports for finding in report.findings] == []
    assert {each.finding.rule for report in reports for each in report.excepted} == {"listed"}


def test_every_combination_of_parts_is_formatted_and_linted_as_the_project_is(every: Path) -> None:
    shutil.copy(REPOSITORY / "pyproject.toml", every)
    for command in (["check"], ["format", "--check"]):
        run = [sys.executable, "-m", "ruff", *command, "--no-cache", "."]
        done = subprocess.run(run, cwd=every, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_python_file_says_what_it_is_for(every: Path) -> None:
    found = [path for path in every.rglob("*.py") if not path.read_text().startswith('"""')]
    assert found == []


def test_only_the_parts_that_were_asked_for_are_there(tmp_path: Path) -> None:
    files = files_of(make(wishes("endpoints"), into=tmp_path).folder)

    assert set(files) == {
        "Notes_Plugin.py",
        "__init__.py",
        "conftest.py",
        "plugin.yaml",
        "pytest.ini",
        "serializers.py",
        "tests/test_endpoints.py",
        "tests/test_plugin.py",
        "urls.py",
        "views.py",
    }


def test_a_package_names_its_entry_point_and_takes_its_files_along(tmp_path: Path) -> None:
    import tomllib

    made = make(wishes("models", package=True), into=tmp_path)
    project = tomllib.loads((made.folder / "pyproject.toml").read_text())

    assert made.plugin == tmp_path / "nimbusvault-notes" / "Notes_Plugin"
    assert project["project"]["entry-points"]["nimbusvault.plugins"] == {"Notes_Plugin": "Notes_Plugin"}
    assert project["tool"]["setuptools"]["package-data"] == {"Notes_Plugin": ["plugin.yaml"]}
    assert {path.name for path in made.folder.iterdir() if str(REPOSITORY) in _text(path)} == {"pytest.ini"}


def test_the_tests_of_a_package_stay_out_of_what_is_built(tmp_path: Path) -> None:
    made = make(wishes("models", package=True), into=tmp_path)
    program = "from setuptools import setup; setup()"
    built = subprocess.run(
        [sys.executable, "-c", program, "--quiet", "build", "--build-base", str(tmp_path / "build")],
        cwd=made.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    files = {
        path.relative_to(tmp_path / "build" / "lib").as_posix() for path in tmp_path.glob("build/lib/**/*")
    }
    assert {"Notes_Plugin/plugin.yaml", "Notes_Plugin/migrations/0001_initial.py"} <= files
    assert [name for name in files if "tests" in name] == []


def _text(path: Path) -> str:
    return path.read_text() if path.is_file() else ""


def test_the_template_says_only_what_both_engines_read_alike() -> None:
    for path in template_files():
        for text in (path.read_text(), path.name):
            rest = ALIKE.sub("", text.replace("{{cookiecutter.", "{{ cookiecutter.").replace("}}", " }}"))
            rest = re.sub(r"\{\{ cookiecutter\.\w+ +\}\}", "", rest)
            assert not re.search(r"\{[{%]", rest), path


def test_every_file_of_the_template_is_in_the_repository() -> None:
    """Its own .gitignore, which is for the new package, would keep one out."""
    assert {path.name for path in template_files()} >= {"pytest.ini", ".gitignore"}
    assert [path for path in template_files() if path not in {*tracked_files()}] == []


def test_cookiecutter_makes_the_same_of_a_name() -> None:
    made = wishes(*PARTS, name="MyNotes_Plugin").context(nimbusvault="../nimbusvault")
    given = {"plugin_name": "MyNotes_Plugin"}
    for name, value in VARIABLES.items():
        if name not in given and isinstance(value, str) and value.startswith("{{"):
            given[name] = eval(value.strip("{} "), {"cookiecutter": SimpleNamespace(**given)})
    assert {name: value for name, value in made.items() if name in given} == given
    assert set(VARIABLES) - {"_parts"} == set(made)


def test_every_part_of_the_template_is_named_to_cookiecutter() -> None:
    inside = TEMPLATE / "{{cookiecutter.project}}" / "{{cookiecutter.plugin_name}}"
    assert [path for path in VARIABLES["_parts"] if not (inside / path).exists()] == []
    assert set(VARIABLES["_parts"].values()) == set(PARTS)


@pytest.mark.parametrize("parts", [(), ("endpoints", "hooks"), tuple(PARTS)], ids=["none", "two", "all"])
def test_cookiecutter_makes_the_same_files(parts: tuple[str, ...], tmp_path: Path) -> None:
    main = pytest.importorskip(
        "cookiecutter.main", reason="cookiecutter is no dependency; where it is installed, this runs"
    )
    (tmp_path / "ours").mkdir()
    make(wishes(*parts, package=True), into=tmp_path / "ours")
    answers = {"plugin_name": "Notes_Plugin", "nimbusvault": str(REPOSITORY)}
    main.cookiecutter(
        str(TEMPLATE),
        no_input=True,
        output_dir=str(tmp_path / "theirs"),
        extra_context=answers | {part: part in parts for part in PARTS},
    )
    assert files_of(tmp_path / "ours") == files_of(tmp_path / "theirs")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("my-notes", "identifier"),
        ("class", "identifier"),
        ("Hooks", "platform's own"),
        ("json", "Python's own module"),
        ("django", "capital letter"),
        ("_Plugin", "letter"),
        ("Nötes", "English"),
        ("Search_Plugin", 'block "Search"'),
        ("Bookmarks_Plugin", "already"),
        ("NimbusVault", "installed package"),
        ("../Notes", "identifier"),
    ],
)
def test_a_name_that_cannot_work_is_refused_and_nothing_is_made(name: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(CannotMake, match=says):
        make(wishes("hooks", name=name), into=tmp_path, taken=["Bookmarks_Plugin"])
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "Notes_Plugin").mkdir()
    with pytest.raises(CannotMake, match="is there already"):
        make(wishes("hooks"), into=tmp_path)
    assert list((tmp_path / "Notes_Plugin").iterdir()) == []


def test_a_folder_that_is_not_there_is_made_unless_a_file_is_in_its_place(tmp_path: Path) -> None:
    assert make(wishes("hooks"), into=tmp_path / "new" / "folder").folder.is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotMake, match="is no folder"):
        make(wishes("hooks"), into=tmp_path / "file")
