"""Members of new organisations who speak REST, and the plugin with a settings block of the test's own."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from Plugins.Bookmarks_Plugin.tests.members import Member


@pytest.fixture
def make_member(org: Any, client_for: Callable[..., Any]) -> Callable[..., "Member"]:
    """`make_member("ruth", role="reader")` is a new member of `org`, or of the organisation given, signed in."""
    from Plugins.Bookmarks_Plugin.tests.members import Member

    def make(name: str, *, role: str = "editor", organisation: Any = None) -> "Member":
        return Member(client_for(organisation or org, role, name))

    return make


@pytest.fixture
def ed(make_member: Callable[..., "Member"]) -> "Member":
    """An editor."""
    return make_member("ed")


@pytest.fixture
def block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """`block(max_per_user=2)`: the plugin reads this block, from a settings file that has it."""
    import NimbusVault.settings
    from Plugins.Bookmarks_Plugin.config import bookmark_settings
    from VaultPlatform.config import load_settings

    def use(**values: Any) -> None:
        file = tmp_path / "VaultSettings.json"
        file.write_text(json.dumps({"Base": {"active_plugins": ["Bookmarks_Plugin"]}, "Bookmarks": values}))
        monkeypatch.setattr(NimbusVault.settings, "vault_settings", load_settings(file))
        bookmark_settings.cache_clear()

    yield use
    monkeypatch.undo()
    bookmark_settings.cache_clear()
