"""The public surface is one list: what docs/plugins.md says, the checklist allows and the import contracts forbid."""

import configparser
import importlib
import re

import pytest
from django.contrib.auth.models import Group

from VaultModels import models
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


#: Columns that are the core's own.
INSIDE = {
    "User": {"password", "user_permissions"},
    "Group": {"permissions"},
    "Document": {"search_text", "status_before_trash"},
}


def test_the_guide_names_the_columns_of_the_core_that_plugins_may_read() -> None:
    page = (REPOSITORY / "docs" / "authors-guide.md").read_text(encoding="utf-8")
    section = page.partition("## Read what the core keeps")[2].partition("\n## ")[0]
    told = dict(re.findall(r"^\| `(\w+)` \| (`.*) \|$", section, flags=re.MULTILINE))

    assert list(told) == ["User", "Group", "Document", "DocumentVersion", "DocumentTag"]
    for name, columns in told.items():
        model = Group if name == "Group" else getattr(models, name)
        there = {each.name for each in (*model._meta.fields, *model._meta.many_to_many)}
        assert set(re.findall(r"`(\w+)`", columns)) == there - INSIDE.get(name, set()), name
