"""README as a newcomer follows it: each file is saved, each command typed, each answer compared with the one shown."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.readme.answers import pattern
from tests.acceptance.readme.fences import ROOT, Block, blocks_of
from tests.acceptance.readme.reader import Reader, printed_password
from tests.acceptance.readme.servers import broker, commands_with, database_as_in
from tests.site import DATABASE

pytestmark = pytest.mark.timeout(350)

RUN, REQUESTS, PLUGIN, SERVERS, TESTS = (
    "Run it",
    "First requests",
    "Write a plugin in ten minutes",
    "PostgreSQL and RabbitMQ",
    "Test it",
)
SETTINGS = "VaultSettings.json"
IMPORT_CONTRACTS = "from importlinter.cli import lint_imports_command as check; check()"


@dataclass(frozen=True, kw_only=True)
class Site:
    """How this run's site is started, and what every settings file of it has."""

    commands: str
    servers: dict[str, Any]

    def set_up(self, block: Block) -> Block:
        """The block, with the servers of this run in it if it is a settings file."""
        if block.file != SETTINGS:
            return block
        return replace(block, text=json.dumps({**json.loads(block.text), **self.servers}))


@pytest.fixture
def site() -> Iterator[Site]:
    """As "Run it" says; on PostgreSQL as the section on servers says, with its statements, its file, its commands."""
    if DATABASE == "sqlite":
        yield Site(commands=section(RUN, "sh")[0].text, servers={})
        return
    [statements], [file], [commands] = (section(SERVERS, language) for language in ("sql", "json", "sh"))
    servers = {key: value for key, value in json.loads(file.text).items() if key in {"Database", "Celery"}}
    with database_as_in(statements.text) as place, broker() as broker_url:
        servers["Database"] |= place
        if broker_url is None:
            del servers["Celery"]
        yield Site(commands=commands_with(commands.text, broker_url=broker_url), servers=servers)


@pytest.fixture
def reader(site: Site, tmp_path: Path) -> Iterator[Reader]:
    following = Reader(tmp_path / "nimbusvault")
    yield following
    following.leave()


def test_the_readme_works_as_printed(site: Site, reader: Reader) -> None:
    if site.servers:
        reader.follow(map(site.set_up, section(SERVERS, "json")))
    reader.start(site.commands)
    [shown] = section(RUN, "text")
    assert re.search(pattern(shown.text.replace("8000", str(reader.port))), reader.output), reader.output

    reader.type(printed_password(reader.output))
    assert reader.follow(section(REQUESTS)) == 8
    if "Celery" in site.servers:
        assert json.loads(reader.type("curl -s $VAULT/health/ready"))["components"]["broker"] == {
            "status": "ok"
        }

    reader.type("\n".join(re.findall("^export .*", site.commands, flags=re.MULTILINE)))
    assert reader.follow(section(PLUGIN)) == 5
    reader.press_ctrl_c()
    reader.start(site.commands)
    assert "password as set at the first start" in reader.output
    reader.press_ctrl_c()


@pytest.mark.database_independent
def test_the_plugin_of_the_readme_keeps_the_rules_of_the_house(reader: Reader) -> None:
    plugin = section(PLUGIN)
    reader.follow([plugin[0], *(each for each in plugin if each.file)])
    for check in ("check", "format --check"):
        reader.type(f".venv/bin/python -m ruff {check} Plugins/Diary_Plugin")
    assert "Diary_Plugin" not in reader.type(f".venv/bin/python -c '{IMPORT_CONTRACTS}' || true")


@pytest.mark.database_independent
def test_the_commands_for_tests_exist() -> None:
    commands = [line for block in section(TESTS, "sh") for line in block.text.splitlines()]
    assert commands
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in commands:
        assert f"\n{command.removeprefix('make ')}: " in makefile, command


def section(name: str, *languages: str) -> list[Block]:
    found = [each for each in blocks_of("README.md") if each.section == name]
    return [each for each in found if not languages or each.language in languages]
