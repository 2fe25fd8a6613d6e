"""What every test of the project can ask for, those of plugins included: a site, clients, and the guards."""

import sys

import pytest

pytest_plugins = ["VaultPlatform.testing", "tests.site", "tests.orm_guard"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files of tests that may take long, so that no process is left alone with one at the end."""
    seconds: dict[object, float] = {}
    for item in items:
        marker = item.get_closest_marker("timeout")
        seconds[item.path] = max(seconds.get(item.path, 0), float(marker.args[0]) if marker else 0)
    items.sort(key=lambda item: -seconds[item.path])


def pytest_collection_finish() -> None:
    """From here on this process keeps nothing that it compiles: two versions of one second look alike to Python."""
    sys.dont_write_bytecode = True
