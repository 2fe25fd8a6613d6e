"""Imports of plugins: on, off, failed; and a missing module told from a broken one."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from VaultPlatform.host.imports import PluginFinder, PluginOff, forget, import_optional
from VaultPlatform.host.sources import Source
from VaultPlatform.host.status import PluginRecord, Stage

pytestmark = pytest.mark.database_independent

Make = Callable[..., PluginRecord]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """`make("Name", **files)` is the record of a plugin that is on and can be imported."""
    records: dict[str, PluginRecord] = {}

    def made(name: str, **files: str) -> PluginRecord:
        folder = tmp_path / name
        folder.mkdir()
        for file, text in files.items():
            (folder / f"{file}.py").write_text(text)
        records[name] = PluginRecord(name=name, source=Source(kind="repository", folder=folder), state="on")
        return records[name]

    finder = PluginFinder(record_of=records.get)
    sys.meta_path.insert(0, finder)
    yield made
    sys.meta_path.remove(finder)
    for record in records.values():
        record.state, record.has_models = "off", False
        forget(record)


def test_a_plugin_is_found_in_the_folder_of_its_record_even_without_init(make: Make) -> None:
    make("ImpBare", urls="here = True")
    assert importlib.import_module("Plugins.ImpBare.urls").here


def test_a_plugin_that_is_off_cannot_be_imported_and_says_why(make: Make) -> None:
    make("ImpOff", urls="").state = "off"
    with pytest.raises(PluginOff, match=r"plugin ImpOff is off: it is not in Base\.active_plugins") as caught:
        importlib.import_module("Plugins.ImpOff.urls")
    assert caught.value.plugin == "ImpOff"


def test_a_plugin_that_failed_says_stage_and_reason(make: Make) -> None:
    record = make("ImpFailed", urls="")
    record.state, record.stage, record.reason = "failed", Stage.URLS, "no luck"
    with pytest.raises(PluginOff, match="plugin ImpFailed is failed at stage urls: no luck"):
        importlib.import_module("Plugins.ImpFailed")


def test_of_a_plugin_that_failed_late_only_models_can_be_imported(make: Make) -> None:
    record = make("ImpLate", urls="", models="rows = 1", helpers="")
    importlib.import_module("Plugins.ImpLate.urls")
    models = importlib.import_module("Plugins.ImpLate.models")
    record.state, record.has_models = "failed", True
    forget(record)
    assert "Plugins.ImpLate.urls" not in sys.modules
    assert not hasattr(sys.modules["Plugins.ImpLate"], "urls")
    assert importlib.import_module("Plugins.ImpLate.models") is models
    with pytest.raises(PluginOff):
        importlib.import_module("Plugins.ImpLate.helpers")


def test_a_folder_nobody_knows_of_is_left_to_python() -> None:
    with pytest.raises(ModuleNotFoundError) as caught:
        importlib.import_module("Plugins.ImpNobody")
    assert not isinstance(caught.value, PluginOff)


def test_the_platforms_own_modules_are_never_guarded(make: Make) -> None:
    assert importlib.import_module("Plugins.plugin_manager").plugin_manager
    assert importlib.import_module("Plugins.Hooks.EntityHooks").EntityHooks


def test_a_missing_optional_module_is_none(make: Make) -> None:
    make("ImpPartial", urls="")
    assert import_optional("Plugins.ImpPartial.config") is None


@pytest.mark.parametrize(
    "text",
    [
        "import nowhere_to_be_found",
        "from Plugins.ImpBroken import config_",
        "import Plugins.ImpBroken.urls.config",
    ],
)
def test_an_import_error_inside_an_existing_module_is_never_taken_for_a_missing_one(
    make: Make, text: str
) -> None:
    make("ImpBroken", config=text, urls="")
    with pytest.raises(ImportError):
        import_optional("Plugins.ImpBroken.config")
