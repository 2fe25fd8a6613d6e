"""Sites of the tests' own for the plugin host."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.host.sites import Site, made_site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site without a database, for what can be seen without one."""
    return Site(home=tmp_path)


@pytest.fixture(scope="module")
def site_with_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site on the database of the test run, for the tests of one module; not migrated yet."""
    with made_site(tmp_path_factory.mktemp("site")) as made:
        yield made
