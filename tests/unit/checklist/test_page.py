"""docs/checklist.md is what the rules say, and its examples are exceptions that hold."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.acceptance.readme.fences import blocks_of
from VaultPlatform.checklist import RULES, Site, check, plugin_at
from VaultPlatform.checklist.page import PAGE
from VaultPlatform.config import REPOSITORY

pytestmark = pytest.mark.database_independent


def test_the_page_is_what_the_command_prints() -> None:
    printed = StringIO()
    call_command("plugins", "check", "--rules", stdout=printed)
    assert printed.getvalue() == (REPOSITORY / PAGE).read_text()


def test_the_rules_are_said_in_sentences() -> None:
    for rule in RULES.values():
        assert rule.says.endswith("."), rule.id
        assert rule.remedy.rstrip("`").endswith("."), rule.id


def test_the_examples_of_exceptions_hold(tmp_path: Path) -> None:
    public, listed = (block.text for block in blocks_of(PAGE))
    folder = tmp_path / "Notes_Plugin"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "views.py").write_text(f"{public}class Door(ModelAPIView):\n    pass\n")
    (folder / "plugin.yaml").write_text(listed)
    (tmp_path / "a.json").write_text("{}")

    report = check(plugin_at(folder, site=Site(repository=tmp_path, settings=[tmp_path / "a.json"])))

    assert {each.finding.rule for each in report.excepted} == {"public-views", "listed"}
