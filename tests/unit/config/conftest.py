"""Fixtures of the settings' tests: settings files and importable modules, real ones in the test's folder."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from VaultPlatform.config import SettingsError, VaultSettings, load_settings

Load = Callable[..., VaultSettings]
Problems = Callable[..., list[str]]


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    return tmp_path / "VaultSettings.json"


@pytest.fixture
def load(settings_file: Path) -> Load:
    """Writes a document (or text) to the settings file and loads it."""

    def load(document: Any, **options: Any) -> VaultSettings:
        text = document if isinstance(document, str) else json.dumps(document)
        settings_file.write_text(text, encoding="utf-8")
        return load_settings(settings_file, **options)

    return load


@pytest.fixture
def problems(load: Load, settings_file: Path) -> Problems:
    """Loads what must be refused; gives the problems' lines without the file's name that each begins with."""

    def problems(document: Any, **options: Any) -> list[str]:
        with pytest.raises(SettingsError) as caught:
            load(document, **options)
        lines = str(caught.value).splitlines()
        assert all(line.startswith(f"{settings_file}: ") for line in lines)
        return [line.removeprefix(f"{settings_file}: ") for line in lines]

    return problems


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """Makes an importable module of a source text; gives its name."""
    folder, made = tmp_path / "modules", []
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)

    def module(source: str) -> str:
        made.append(f"component_{uuid4().hex}")
        (folder / f"{made[-1]}.py").write_text(source, encoding="utf-8")
        return made[-1]

    yield module
    for name in made:
        sys.modules.pop(name, None)
