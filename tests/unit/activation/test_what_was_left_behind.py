"""What was left half-way: an activation that is unfinished although nobody is at it."""

from pathlib import Path

import pytest

from VaultPlatform.activation.journal import Entry, Journal
from VaultPlatform.activation.locking import folder_of, held_on_this_machine
from VaultPlatform.activation.recovery import left_behind

pytestmark = pytest.mark.database_independent


def test_where_nothing_was_ever_switched_nothing_was_left_and_nothing_is_made(tmp_path: Path) -> None:
    assert left_behind(tmp_path) == frozenset()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("state", ["checking", "migrating", "writing", "reloading", "probing", "removing"])
def test_what_was_begun_is_left_once_the_lock_is_free(tmp_path: Path, state: str) -> None:
    Journal(tmp_path).write(Entry(id="begun", action="enable", state=state))
    with held_on_this_machine(tmp_path):
        assert left_behind(tmp_path) == frozenset()
    assert left_behind(tmp_path) == {"begun"}


@pytest.mark.parametrize("state", ["asked", "done", "unchanged", "refused", "undone", "stuck"])
def test_what_is_over_or_only_asked_for_is_not(tmp_path: Path, state: str) -> None:
    Journal(tmp_path).write(Entry(id="over", action="enable", state=state))
    assert left_behind(tmp_path) == frozenset()
    assert not (folder_of(tmp_path) / "lock").exists()
