"""What is written about the settings is true: the schema, the tables, the examples, the shipped file."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from VaultPlatform.config import (
    REPOSITORY,
    Environment,
    SettingsError,
    StorageSection,
    VaultSettings,
    load_settings,
)
from VaultPlatform.config.key_tables import replaced
from VaultPlatform.config.schema import render, settings_schema

pytestmark = pytest.mark.database_independent

PAGE = (REPOSITORY / "docs" / "settings.md").read_text(encoding="utf-8")
SHIPPED = REPOSITORY / "VaultSettings.json"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def test_the_schema_in_docs_is_the_models():
    assert (REPOSITORY / "docs" / "VaultSettings.schema.json").read_text(encoding="utf-8") == render()


def test_the_tables_in_docs_are_the_models():
    assert replaced(PAGE) == PAGE


@pytest.mark.parametrize("section", ["Base", "Database", "Celery", "Auth", "Storage"])
def test_every_key_is_in_docs_with_its_default_and_a_text(section):
    table = PAGE.split(f"\n### {section}\n", maxsplit=1)[1].split("\n### ", maxsplit=1)[0]
    value = getattr(VaultSettings(), section)
    for name, field in type(value).model_fields.items():
        default = json.dumps(value.model_dump(mode="json")[name])
        [row] = [row for row in table.splitlines() if row.startswith(f"| `{name}` |")]
        assert f"| `{default}` |" in row
        assert field.description
        assert field.description in row


def test_every_variable_is_in_docs():
    assert all(f"| `VAULT_{name.upper()}` |" in PAGE for name in Environment.model_fields)


@pytest.mark.parametrize("text", blocks("json"))
def test_the_examples_in_docs_are_whole_settings_files(text: str, tmp_path: Path):
    file = tmp_path / "VaultSettings.json"
    file.write_text(text, encoding="utf-8")
    load_settings(file)
    Draft202012Validator(settings_schema()).validate(json.loads(text))


def test_the_page_has_examples():
    assert len(blocks("json")) >= 4
    assert len(blocks("python")) == 1
    assert len(blocks("text")) == 1


def test_the_refusals_in_docs_are_what_is_said(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("VaultSettings.json").write_text('{"Base": {"active_plugin": []}, "Database": {"port": "5432"}}')
    with pytest.raises(SettingsError) as caught:
        load_settings(Path("VaultSettings.json"))
    assert blocks("text") == [f"{caught.value}\n"]


def test_the_plugins_model_in_docs_reads_the_docs_block(tmp_path: Path):
    names: dict[str, type] = {}
    exec(blocks("python")[0], names)  # the page's own code
    [example] = [text for text in blocks("json") if '"Bookmarks"' in text]
    file = tmp_path / "VaultSettings.json"
    file.write_text(example, encoding="utf-8")
    assert load_settings(file).plugin("Bookmarks_Plugin", names["BookmarksSettings"]).max_per_user == 1000


def test_the_shipped_file_is_valid_switches_debug_off_and_holds_no_secret():
    settings = load_settings(SHIPPED)
    assert settings.Base.active_plugins == ("Bookmarks_Plugin",)
    assert not settings.Base.debug
    assert settings.unused_blocks(settings.Base.active_plugins) == []
    assert (SHIPPED.parent / settings.editor_schema).is_file()
    assert not re.search("password|secret|key", SHIPPED.read_text(encoding="utf-8"), flags=re.IGNORECASE)
    Draft202012Validator(settings_schema()).validate(json.loads(SHIPPED.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "document",
    [
        {"Base": {"debgu": True}},
        {"Base": {"plugin_errors": "maybe"}},
        {"Database": {"password": "hunter2"}},
        {"Database": {"password": {"$env": "A", "$file": "b"}}},
        {"Search": {}},
        {"Bookmarks": 5},
    ],
)
def test_an_editor_with_the_schema_sees_what_the_site_would_refuse(document, problems):
    assert problems(document)
    assert not Draft202012Validator(settings_schema()).is_valid(document)


def test_a_storages_own_arguments_are_valid_by_the_schema():
    document = {"Storage": {"target": "a.b:C", "bucket": "x"}}
    assert Draft202012Validator(settings_schema()).is_valid(document)
    assert StorageSection.model_validate(document["Storage"]).arguments == {"bucket": "x"}
