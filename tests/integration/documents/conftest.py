"""Members of a new organisation, and what its storage holds."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from tests.integration.documents.members import Member


@pytest.fixture(scope="module")
def module_org(django_db_setup: None) -> Iterator[Any]:
    """One organisation for a module whose tests do not get into each other's way; making one takes a moment."""
    from VaultPlatform.tenancy import create_organisation, drop_organisation

    organisation = create_organisation(slug=f"test-{uuid4().hex[:12]}", name="")
    yield organisation
    drop_organisation(organisation)


@pytest.fixture
def shared_org(module_org: Any) -> Iterator[Any]:
    """The module's organisation, entered as the current one. A module says so with `org = shared_org`."""
    from VaultPlatform.tenancy import use

    with use(module_org):
        yield module_org


@pytest.fixture
def make_member(org: Any) -> Callable[..., "Member"]:
    """`make_member("reader")` is a new member of `org`, or of the organisation given."""
    from tests.integration.documents.members import Member

    def make(role: str = "editor", *, organisation: Any = None, name: str = "") -> Member:
        return Member(organisation or org, role, name or f"{role}-{uuid4().hex[:6]}")

    return make


@pytest.fixture
def editor(make_member: Callable[..., "Member"]) -> "Member":
    return make_member("editor", name="ed")


@pytest.fixture
def blobs(org: Any) -> Callable[[], list[str]]:
    """What the organisation's storage holds now: unfinished uploads and blobs, relative to its folder."""
    from django.conf import settings

    def found() -> list[str]:
        room = Path(settings.VAULT_HOME) / "storage" / org.key
        return sorted(
            str(path.relative_to(room)) for path in [*room.glob("incoming/*"), *room.glob("blobs/*/*")]
        )

    return found


@pytest.fixture
def events() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """The events that committed runs have queued, in order, in place of their delivery to plugins."""
    from Orchestrators.Journal import ToFunction, install_delivery

    told: list[tuple[str, dict[str, Any]]] = []
    before = install_delivery(ToFunction(lambda name, kwargs: told.append((name, dict(kwargs)))))
    yield told
    install_delivery(before)


@pytest.fixture
def register_hooks() -> Iterator[Callable[[object], None]]:
    """Register an object with hook implementations until the test ends."""
    from Plugins.plugin_manager import plugin_manager

    with ExitStack() as stack:

        def register(implementations: object) -> None:
            plugin_manager.register(implementations)
            stack.callback(plugin_manager.unregister, implementations)

        yield register
