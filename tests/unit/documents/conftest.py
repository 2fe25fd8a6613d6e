"""A storage in a folder of the test's own, for an organisation that needs no database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from VaultPlatform import tenancy
from VaultPlatform.storage import LocalBlobStorage

ACME = tenancy.Organisation(slug="acme", key="acme_1", name="Acme")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "storage"


@pytest.fixture
def storage(root: Path) -> Iterator[LocalBlobStorage]:
    with tenancy.use(ACME):
        yield LocalBlobStorage(root=root)
