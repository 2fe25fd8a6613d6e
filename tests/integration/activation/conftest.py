"""A site that is not running, with an organisation and a folder for plugins; shared by the tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.host.sites import ZOO, Site, made_site


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a test writes its plugins into."""
    return tmp_path_factory.mktemp("plugins")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, plugins: Path) -> Iterator[Site]:
    with made_site(tmp_path_factory.mktemp("site")) as made:
        made.configure(["Witness"], dirs=(plugins, ZOO))
        made.migrate_and_create("acme")
        yield made
