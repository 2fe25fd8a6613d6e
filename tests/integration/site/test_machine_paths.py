"""What is left of a reason before administrators read it."""

import sys

import pytest

from VaultManagement.PluginAdmin.bll.HelperFunctions import without_machine_paths

pytestmark = pytest.mark.database_independent


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("No such file: '/etc/vault/keys/a b.toml'", "No such file: 'a b.toml'"),
        (f"in {sys.prefix}/lib/x.py:12, twice", "in x.py:12, twice"),
        ("(/usr/lib/python3/site.py)", "(site.py)"),
        ('File "/tmp/x/views.py", line 3', 'File "views.py", line 3'),
        ("/etc/a.toml and /etc/b.toml", "a.toml and b.toml"),
    ],
)
def test_paths_of_this_machine_are_shortened_to_the_files_name(text: str, shown: str) -> None:
    assert without_machine_paths(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "route /vault/bookmarks/share is the core's",
        "fetch https://example.org/usr/lib/x failed",
        "there is no folder Plugins/Absent_Plugin",
        "(Breaks/__init__.py:1)",
        "read/write and 1/2 and / alone",
    ],
)
def test_routes_addresses_and_relative_paths_stay(text: str) -> None:
    assert without_machine_paths(text) == text
