"""A finding about a plugin that does not load is at the file that has to be mended, and is one sentence."""

from pathlib import Path

import pytest

from VaultPlatform.checklist import Site, check, plugin_at

pytestmark = pytest.mark.database_independent
MANIFEST = "name: Notes_Plugin\nversion: '1'\nlicense: MIT\n"


def found(root: Path, reason: str = "") -> dict[str, tuple[str, int, str]]:
    """Rule -> file, line and words of what is found in a plugin that fails for that reason."""
    folder = root / "Plugins" / "Notes_Plugin"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").write_text("")
    (folder / "plugin.yaml").write_text(MANIFEST)
    failures = {"Notes_Plugin": reason} if reason else {}
    report = check(plugin_at(folder, site=Site(repository=root, failures=failures)))
    return {each.rule: (each.file, each.line, each.what) for each in report.findings}


def test_an_unknown_key_of_the_manifest_is_at_its_line(tmp_path: Path) -> None:
    said = "Notes_Plugin/plugin.yaml: license is unknown; did you mean licence?"
    there = found(tmp_path, f"stage manifest: {said}")
    place = ("Plugins/Notes_Plugin/plugin.yaml", 3)
    assert there["manifest"] == (*place, said)
    assert there["loads"] == (*place, f"It did not load: stage manifest: {said}")


def test_the_remedy_for_an_unknown_key_is_not_to_write_it(tmp_path: Path) -> None:
    found(tmp_path)
    folder = tmp_path / "Plugins" / "Notes_Plugin"
    report = check(plugin_at(folder, site=Site(repository=tmp_path)))
    [remedy] = {each.remedy for each in report.findings if each.rule == "manifest"}
    assert "take out what" in remedy and "not known" in remedy


def test_a_wrong_setting_is_at_the_plugins_block(tmp_path: Path) -> None:
    settings = tmp_path / "VaultSettings.json"
    settings.write_text('{\n  "Base": {},\n  "Notes": {\n    "most": "many"\n  }\n}\n')
    reason = f"stage settings: {settings}: Notes.most: 'many' is no number; expected an integer"
    assert found(tmp_path, reason)["loads"] == ("VaultSettings.json", 3, f"It did not load: {reason}.")


def test_what_names_no_file_is_at_the_package(tmp_path: Path) -> None:
    there = found(tmp_path, "stage requires: it needs the plugin Nobody")
    assert there["loads"][:2] == ("Plugins/Notes_Plugin/__init__.py", 1)
