"""The pages for operators, clients and plugin authors, followed on a running site: rest, operations, plugins."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.readme.fences import Block, blocks_of
from tests.acceptance.readme.reader import Reader, printed_password

pytestmark = [pytest.mark.timeout(350), pytest.mark.database_independent]

TREE = "What a plugin is"
IN_THE_SETTINGS = "In the settings"


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    following = Reader(tmp_path / "nimbusvault")
    yield following
    following.leave()


def test_operations_and_rest_work_as_printed_and_state_lies_where_they_say(reader: Reader) -> None:
    reader.start("make run")
    reader.type(printed_password(reader.output))

    assert reader.follow(blocks("docs/operations.md", without="Start and stop")) == 8
    assert reader.follow(blocks("docs/rest.md")) == 3

    named = set(re.findall(r"`VAULT_HOME/([\w./]+)`", (reader.folder / "docs" / "operations.md").read_text()))
    assert len(named) == 6
    assert [name for name in named if not (reader.folder / "var" / name).exists()] == []
    reader.press_ctrl_c()


def test_organisations_and_the_whole_site_are_saved_and_brought_back_as_printed(reader: Reader) -> None:
    reader.start("make run")
    reader.type(printed_password(reader.output))

    assert reader.follow(blocks("docs/organisations.md")) == 2
    assert reader.follow(blocks("docs/backup.md")) == 2
    shown = [block for block in blocks("docs/tenancy.md") if block.language in {"sh", "text"}]
    assert reader.follow(shown) == 1

    reader.press_ctrl_c()


def test_the_audit_trail_is_read_verified_and_proved_elsewhere_as_printed(reader: Reader) -> None:
    reader.start("make run")
    reader.type(printed_password(reader.output))
    reader.follow(blocks("docs/rest.md")[:1])

    assert reader.follow(blocks("docs/audit.md")) == 3

    reader.press_ctrl_c()


def test_roles_sessions_and_keys_work_as_printed(reader: Reader) -> None:
    reader.start("make run")
    reader.type(printed_password(reader.output))
    reader.follow(blocks("docs/rest.md")[:1])

    assert reader.follow(blocks("docs/identity.md", without=IN_THE_SETTINGS)) == 4

    reader.press_ctrl_c()


def test_the_plugin_on_the_page_for_authors_works_as_printed(reader: Reader) -> None:
    page = [block for block in blocks("docs/plugins.md", without=TREE) if block.language != "toml"]
    [switched_on] = [
        number for number, block in enumerate(page, start=1) if block.file == "VaultSettings.json"
    ]
    reader.follow(page[:switched_on])
    for check in ("check", "format --check"):
        reader.type(f".venv/bin/python -m ruff {check} Plugins/Greeting_Plugin")
    reader.start("make run")
    reader.type(printed_password(reader.output))
    reader.follow(blocks("docs/rest.md")[:1])

    assert reader.follow(page[switched_on:]) == 3

    reader.press_ctrl_c()


def test_the_commands_that_make_the_settings_pages_change_nothing_now(reader: Reader) -> None:
    pages = [reader.folder / "docs" / name for name in ("settings.md", "VaultSettings.schema.json")]
    before = [page.read_text() for page in pages]
    [commands] = [block.text for block in blocks_of("docs/settings.md") if block.language == "sh"]

    reader.type("PATH=$PWD/.venv/bin:$PATH")
    reader.type(commands)

    assert [page.read_text() for page in pages] == before


def blocks(page: str, *, without: str = "") -> list[Block]:
    return [block for block in blocks_of(page) if block.section != without]
