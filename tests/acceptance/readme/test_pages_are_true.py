"""What the pages say of the tree, of settings and of commands is so; no example is left unwatched."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from tests.acceptance.readme.fences import ROOT, Block, blocks_of, pages
from VaultPlatform.config import Environment, load_settings
from VaultPlatform.host import Stage

#: Page -> languages of its examples that tests run or check; where not here, in tests/unit/config or tests/unit/host.
WATCHED = {
    "README.md": {"sh", "json", "python", "sql", "text"},
    "docs/architecture.md": {"text", "python"},
    "docs/audit.md": {"sh", "python", "text"},
    "docs/backup.md": {"sh", "text"},
    "docs/deployment.md": {"sh", "json", "sql", "ini", "nginx", "text"},  # in tests/acceptance/deployment
    "docs/development.md": {"sh", "python"},
    "docs/hook-reference.md": set(),
    "docs/hooks.md": {"python"},
    "docs/identity.md": {"sh", "json", "text"},
    "docs/operations.md": {"sh", "json", "text"},
    "docs/orchestrator.md": {"python", "pycon"},
    "docs/organisations.md": {"sh", "text"},
    "docs/plugins.md": {
        "yaml",
        "sh",
        "json",
        "python",
        "text",
        "toml",
    },  # toml in tests/integration/discovery
    "docs/rest.md": {"sh", "json", "text"},
    "docs/runs.md": {"python", "pycon"},
    "docs/security.md": {"json", "text"},  # in tests/integration/web
    "docs/tenancy.md": {"sh", "json", "python", "text"},  # and in tests/integration/tenancy
    "docs/authors-guide.md": {"sh", "text", "python"},  # in tests/acceptance/authors
    "docs/catalogue.md": set(),
    "docs/checklist.md": {"python", "yaml"},  # in tests/unit/checklist
    "docs/settings.md": {"sh", "json", "python", "text"},
}
database_independent = pytest.mark.database_independent


@database_independent
def test_every_example_of_every_page_is_watched_by_a_test() -> None:
    assert {page: {block.language for block in blocks_of(page)} for page in pages()} == WATCHED


@database_independent
@pytest.mark.parametrize("page", pages())
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    here = (ROOT / page).parent
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]
    assert [target for target in targets if not (here / target).exists()] == []


@database_independent
def test_every_name_in_the_drawn_tree_exists() -> None:
    [drawn] = [block for block in blocks_of("docs/architecture.md") if block.language == "text"]
    above, named = Path(), []
    for line in drawn.text.splitlines():
        name = line.split()[0]
        if not line.startswith(" "):
            above = ROOT / name
        named.append(above / name if line.startswith(" ") else above)
    assert len(named) > 20
    assert [str(path) for path in named if not path.exists()] == []


@database_independent
def test_every_package_at_the_top_is_drawn() -> None:
    [drawn] = [block for block in blocks_of("docs/architecture.md") if block.language == "text"]
    packages = [path.parent.name for path in ROOT.glob("*/__init__.py")]
    assert len(packages) >= 8
    assert [package for package in packages if f"\n{package}/" not in drawn.text] == []


def test_the_loop_over_organisations_works(org: Any, capsys: pytest.CaptureFixture[str]) -> None:
    [example] = [block for block in blocks_of("docs/architecture.md") if block.language == "python"]
    exec(example.text, {})
    assert org.slug in capsys.readouterr().out.splitlines()


def test_the_call_of_a_hook_works(org: Any) -> None:
    *_, call = [block for block in blocks_of("docs/hooks.md") if block.language == "python"]
    exec(call.text, {})


def test_the_example_test_of_the_page_for_developers_passes(org: Any, client_for: Any) -> None:
    [example] = [block for block in blocks_of("docs/development.md") if block.language == "python"]
    names: dict[str, Any] = {}
    exec(example.text, names)
    names["test_an_empty_vault_lists_nothing"](org, client_for)


@database_independent
def test_every_page_is_in_the_index_at_the_end_of_the_readme() -> None:
    index = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## All pages\n")[2]
    assert set(re.findall(r"\((docs/[\w-]+\.md)\)", index)) == {*pages()} - {"README.md"}


@database_independent
def test_the_commands_for_developers_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    lines = [
        line
        for block in blocks_of("docs/development.md")
        if block.language == "sh"
        for line in block.text.splitlines()
    ]
    targets = [line.split()[1] for line in lines if line.startswith("make ")]
    assert set(targets) == set(re.findall(r"^([a-z-]+):.*## ", makefile, flags=re.MULTILINE)) - {
        "help",
        "run",
    }
    folders = [line.split()[-1] for line in lines if "pytest" in line]
    assert folders
    assert all(list((ROOT / folder).glob("test_*.py")) for folder in folders)
    chosen = next(
        re.search(r'ARGS="(\w+) (--\w+)', line) for line in lines if line.startswith("make bench ARGS")
    )
    assert chosen
    asked = [sys.executable, "-m", "benchmarks", chosen[1], "--help"]
    assert chosen[2] in subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@database_independent
@pytest.mark.parametrize(
    "block",
    [
        b
        for page in ("README.md", "docs/plugins.md")
        for b in blocks_of(page)
        if b.file == "VaultSettings.json"
    ],
    ids=lambda block: block.where,
)
def test_settings_files_are_valid(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "VaultSettings.json"
    file.write_text(block.text, encoding="utf-8")
    assert load_settings(file).Base.active_plugins
    assert json.loads(block.text)


@database_independent
def test_the_stages_of_loading_are_those_of_the_host_in_their_order() -> None:
    page = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    table = page.partition("| stage |")[2]
    assert re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE) == [str(stage) for stage in Stage]


@database_independent
def test_what_plugins_may_import_can_be_imported() -> None:
    page = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    table = page.partition("| import | for |\n")[2].partition("\n\n")[0]
    modules = re.findall(
        r"`((?:NimbusVault|NimbusVaultConstants|Orchestrators|Plugins|Vault\w+)\.[\w.]+)`", table
    )
    assert len(modules) >= 12
    for module in modules:
        __import__(module)


@database_independent
def test_the_variables_of_the_page_for_operators_are_read() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(VAULT_\w+)` \|", page, flags=re.MULTILINE))
    assert named == {f"VAULT_{name.upper()}" for name in Environment.model_fields}


@database_independent
def test_settings_that_are_said_to_have_no_effect_have_none_and_all_others_have_one() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    said = page.partition("have no effect yet:")[2].partition("\n\n")[0]
    idle = {name.rpartition(".")[2] for name in re.findall(r"`([\w.]+)`", said)}
    assert idle == {*unread_settings()}


def unread_settings() -> list[str]:
    """Keys of the core's sections, and variables, that no code outside of VaultPlatform/config names.

    A target is used up inside of it.
    """
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in (
            "NimbusVault",
            "NimbusVaultConstants",
            "Orchestrators",
            "VaultManagement",
            "VaultPlatform",
        )
        for path in (ROOT / folder).rglob("*.py")
        if "VaultPlatform/config/" not in path.as_posix()
    )
    from VaultPlatform.config import VaultSettings

    settings = VaultSettings()
    sections = {
        name: getattr(settings, name) for name in VaultSettings.model_fields if name != "editor_schema"
    }
    keys = [key for section in sections.values() if section is not None for key in type(section).model_fields]
    names = [*keys, *(name for name, section in sections.items() if section is None)]
    variables = {f"VAULT_{name.upper()}": name for name in Environment.model_fields}
    unread = [name for name in {*names} - {"target"} if not re.search(rf"\.{name}\b", code)]
    return unread + [
        variable
        for variable, name in variables.items()
        if not re.search(rf"environment\(?\)?\.{name}\b", code)
    ]


@database_independent
def test_routes_on_the_page_for_clients_are_the_routes_of_the_site() -> None:
    from django.urls import get_resolver

    from VaultPlatform.host.routes import routes_of

    page = (ROOT / "docs" / "rest.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| ((?:GET|POST|PATCH|DELETE).*?) \|", page, flags=re.MULTILINE)
    named = {normal(path) for cell in cells for path in re.findall(r"`/(vault/[^`]+|metrics)`", cell)}
    assert named == {normal(route) for route in routes_of(get_resolver().url_patterns)}


def normal(route: str) -> str:
    """The route with its parameters unnamed."""
    return re.sub(r"<[^>]+>", "<>", route)


@database_independent
def test_names_of_the_examples_are_not_the_sites() -> None:
    assert not {"teams", "departments", "diary"} & set(OrchestratorRegistry.names())
