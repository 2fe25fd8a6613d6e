"""A full organisation, and organisations that are taken in for a test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from VaultPlatform import tenancy


@pytest.fixture
def full(make_org: Any, client_for: Any) -> tenancy.Organisation:
    from tests.integration.organisations.populated import populate

    org: tenancy.Organisation = make_org()
    populate(org, client_for(org))
    return org


@pytest.fixture
def take_in(django_db_setup: None) -> Iterator[Callable[[bytes], tenancy.Organisation]]:
    """`imported`, of which nothing stays after the test."""
    from tests.integration.organisations.populated import imported

    made = []

    def take(archive: bytes, slug: str = "") -> tenancy.Organisation:
        made.append(imported(archive, slug))
        return made[-1]

    yield take
    for org in made:
        tenancy.drop_organisation(org)
