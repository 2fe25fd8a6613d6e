from typing import Any

import pytest

from Plugins.Bookmarks_Plugin.config import Settings, bookmark_settings
from VaultPlatform.config import SettingsError


def test_without_a_block_a_thousand_bookmarks_of_http_and_https_are_allowed() -> None:
    assert Settings() == Settings(max_per_user=1000, schemes=("http", "https"), protect_from=())


def test_the_block_is_read_from_the_settings_file(block: Any) -> None:
    block(max_per_user=7, schemes=["https"], protect_from=["delete"])

    assert bookmark_settings() == Settings(max_per_user=7, schemes=("https",), protect_from=("delete",))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"max_per_user": 0}, "Bookmarks.max_per_user"),
        ({"max_per_user": "9"}, "Bookmarks.max_per_user"),
        ({"schemes": ["gopher"]}, "Bookmarks.schemes"),
        ({"schemes": []}, "Bookmarks.schemes"),
        ({"protect_from": ["restore"]}, "Bookmarks.protect_from"),
        ({"max_per_usr": 9}, "did you mean max_per_user"),
    ],
)
def test_a_block_that_does_not_fit_is_refused_naming_the_key(block: Any, values: Any, told: str) -> None:
    block(**values)

    with pytest.raises(SettingsError, match=told):
        bookmark_settings()
