"""plugin.yaml: what a plugin may say of itself, and what is said to an author who has written something else."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from tests.acceptance.readme.fences import blocks_of
from tests.site import REPOSITORY
from VaultPlatform.host.manifest import Manifest, ManifestError, manifest_schema, read_manifest

pytestmark = pytest.mark.database_independent
WHOLE = """
name: Notes_Plugin
version: 1.2
title: Notes
description: Takes notes.
author: The notes people
licence: MIT
homepage: https://example.org/notes
requires:
  nimbusvault: ">=0.1"
  plugins: {Bookmarks_Plugin: ">=1,<2", Other_Plugin: ""}
  packages: ["httpx>=0.27; python_version >= '3.8'"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "Notes_Plugin"
    made.mkdir()
    return made


def test_all_that_it_may_say(folder: Path) -> None:
    (folder / "plugin.yaml").write_text(WHOLE)
    manifest = read_manifest(folder)
    assert (manifest.version, manifest.title, manifest.licence) == ("1.2", "Notes", "MIT")
    assert manifest.requires.plugins == {"Bookmarks_Plugin": ">=1,<2", "Other_Plugin": ""}
    jsonschema.validate(yaml.safe_load(WHOLE.replace("1.2", "'1.2'")), manifest_schema())


@pytest.mark.parametrize("text", [None, "", "# nothing yet\n"])
def test_the_file_and_every_key_may_be_missing(folder: Path, text: str | None) -> None:
    if text is not None:
        (folder / "plugin.yaml").write_text(text)
    assert read_manifest(folder) == Manifest()
    assert read_manifest(folder).version == "0"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "title: Notes\nversion: [1, 2\nlicence: MIT",
            r"Notes_Plugin/plugin.yaml:\d is not valid YAML: .* of line 2$",
        ),
        ("- one", "must be a mapping of keys, not a list"),
        ("license: MIT", r"license is unknown; did you mean licence\?"),
        ("requires: {plugin: {}}", r"requires.plugin is unknown; did you mean requires.plugins\?"),
        ("qqqqq: 1", "qqqqq is unknown$"),
        ("version: one", '"one" is no version'),
        ("version: true", "version: "),
        ("version: [1]", "version: "),
        ("name: Other", 'name is "Other", and the folder is Notes_Plugin'),
        ("requires: {nimbusvault: '1.2'}", "no range of versions"),
        ("requires: {plugins: {A: latest}}", "no range of versions"),
        ("requires: {packages: ['not a requirement']}", "no requirement"),
        ("requires: [A]", "requires: "),
        ("version: 2026-02-30", '"2026-02-30" is no version'),
        ("title: &t Notes\ndescription: *t", ":1 has a reference"),
        ("requires: {<<: [{plugins: {}}]}", "requires.<< is unknown"),
        ('title: !!float "abc"', ":1 has a tag"),
        ("title: !!python/name:os.system ''", ":1 has a tag"),
        ("title: " + "[" * 21, ":1 is nested more than 20 deep"),
        ("title: " + "{a: " * 15_000, ":1 is nested more than 20 deep"),
        ("# " + "x" * 64 * 1024, "is larger than 64 KiB"),
        ("title: \udcff", "is not valid YAML"),
        ("title: \x00", "is not valid YAML: (?!.*unicode string)"),
    ],
)
def test_what_is_wrong_is_named_with_its_key(folder: Path, text: str, words: str) -> None:
    (folder / "plugin.yaml").write_text(text, errors="surrogateescape")
    with pytest.raises(ManifestError, match=words) as told:
        read_manifest(folder)
    assert "Notes_Plugin/plugin.yaml" in str(told.value)


def test_everything_that_is_wrong_is_said_at_once(folder: Path) -> None:
    (folder / "plugin.yaml").write_text("license: MIT\nversion: one\n")
    with pytest.raises(ManifestError) as told:
        read_manifest(folder)
    assert "license" in str(told.value) and "version" in str(told.value)


def test_the_published_schema_is_the_models() -> None:
    published = json.loads((REPOSITORY / "docs" / "plugin.schema.json").read_text(encoding="utf-8"))
    assert published == manifest_schema()


@pytest.mark.parametrize(
    "folder", sorted((REPOSITORY / "Plugins").glob("*_Plugin")), ids=lambda path: path.name
)
def test_the_plugins_that_come_with_the_vault_say_who_they_are(folder: Path) -> None:
    manifest = read_manifest(folder)
    assert manifest.name and manifest.version != "0" and manifest.description


def test_the_example_on_the_page_for_authors_is_one(folder: Path) -> None:
    (example,) = [block for block in blocks_of("docs/plugins.md") if block.language == "yaml"]
    (folder / "plugin.yaml").write_text(example.text.replace("Greeting_Plugin", folder.name))
    manifest = read_manifest(folder)
    assert manifest.title == "Greeting" and manifest.requires.packages == ("pluggy>=1.6",)
    assert set(manifest.model_dump()) == manifest.model_fields_set


def test_values_are_the_text_that_is_written(folder: Path) -> None:
    (folder / "plugin.yaml").write_text("version: 1.10\ntitle: yes\nrequires: {plugins: {Other_Plugin: }}\n")
    manifest = read_manifest(folder)
    assert (manifest.version, manifest.title) == ("1.10", "yes")
    assert manifest.requires.plugins == {"Other_Plugin": ""}


def test_one_that_cannot_be_read_says_so(folder: Path) -> None:
    (folder / "plugin.yaml").symlink_to("/proc/self/mem")
    with pytest.raises(ManifestError, match=r"Notes_Plugin/plugin\.yaml cannot be read: "):
        read_manifest(folder)
