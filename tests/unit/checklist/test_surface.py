"""The public surface is one list: what docs/plugins.md says, the checklist allows and the import contracts forbid."""

import configparser
import importlib
import re

import pytest

from VaultPlatform.checklist.surface import SURFACE, is_public
from VaultPlatform.config import REPOSITORY

pytestmark = pytest.mark.database_independent


def test_the_page_names_exactly_what_the_checklist_allows() -> None:
    page = (REPOSITORY / "docs" / "plugins.md").read_text()
    section = page.partition("## What a plugin may import")[2].partition("\n## ")[0]

    assert tuple(re.findall(r"^\| `([\w.]+)` \|", section, flags=re.MULTILINE)) == SURFACE


@pytest.mark.parametrize("module", SURFACE)
def test_what_is_public_is_there_to_import(module: str) -> None:
    assert importlib.import_module(module)


def test_the_import_contract_forbids_nothing_that_is_public() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(REPOSITORY / ".importlinter")
    forbidden = contracts["importlinter:contract:plugin-surface"]["forbidden_modules"].split()

    assert [module for module in forbidden if is_public(module)] == []
    inside = [each for each in SURFACE for module in forbidden if each.startswith(f"{module}.")]
    assert inside == []
