"""What a start of the site makes of an activation that was asked for in vain, and of a removal that was killed."""

from pathlib import Path

import pytest

from VaultPlatform.activation.journal import ASKED, REMOVING, Entry, Journal
from VaultPlatform.activation.recovery import recover_before_start
from VaultPlatform.activation.versions import package_file

pytestmark = pytest.mark.database_independent


def started(home: Path, entry: Entry) -> Entry:
    settings = home / "VaultSettings.json"
    settings.write_text("{}")
    journal = Journal(home)
    journal.write(entry)
    recover_before_start(home, settings, say=lambda _line: None)
    found = journal.find(entry.id)
    assert found is not None
    return found


def test_what_nobody_has_begun_is_refused_and_its_package_goes(tmp_path: Path) -> None:
    package = package_file(tmp_path, "a")
    package.touch()
    found = started(tmp_path, Entry(id="a", action="update", names=["Some"], state=ASKED))
    assert (found.state, "before this was begun" in found.reason) == ("refused", True)
    assert not package.exists()


def test_a_removal_that_was_killed_says_that_the_rest_is_to_be_asked_for(tmp_path: Path) -> None:
    found = started(tmp_path, Entry(id="a", action="uninstall", names=["Some"], state=REMOVING))
    assert (found.state, "ask again to have the rest done" in found.reason) == ("stuck", True)
    assert (found.notes, found.is_over) == ([], True)
