"""What docs/tenancy.md shows in Python and JSON is so; its commands are typed in tests/acceptance/readme."""

import json

import pytest
from django.core.cache import cache

from tests.acceptance.readme.fences import blocks_of
from VaultPlatform.config import load_settings
from VaultPlatform.tenancy.backends.postgresql import base as postgresql
from VaultPlatform.tenancy.backends.sqlite3 import base as sqlite
from VaultPlatform.tenancy.caching import offered

PAGE = "docs/tenancy.md"


def test_the_python_on_the_page_runs_in_an_organisation(org, capsys):
    [block] = [block for block in blocks_of(PAGE) if block.language == "python"]
    exec(compile(block.text, PAGE, "exec"), {})
    assert capsys.readouterr().out == "42\n"
    cache.delete("answer")


@pytest.mark.parametrize("number", range(2))
def test_the_settings_on_the_page_are_settings(number, tmp_path):
    block = [block for block in blocks_of(PAGE) if block.language == "json"][number]
    file = tmp_path / "VaultSettings.json"
    file.write_text(block.text)
    loaded = load_settings(file)
    if "Cache" in json.loads(block.text):
        loaded.Cache.check(**offered(loaded.Cache))
    else:
        assert loaded.Database.organisations["north"].name == "north"


def test_the_limits_on_the_page_are_those_of_the_code():
    from tests.acceptance.readme.fences import ROOT

    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert f"{postgresql.MAX_SEEN} organisations, then it is replaced" in text
    assert f"the files of {sqlite.MAX_OPEN} organisations" in text
    assert postgresql.MAX_OPEN == 3
