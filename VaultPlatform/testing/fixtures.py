"""The fixtures of the kit: organisations, clients, what hooks were called, faults, and the plugins themselves."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from VaultPlatform.config import REPOSITORY
from VaultPlatform.testing.site import server_database

if TYPE_CHECKING:
    from VaultPlatform.checklist import Report
    from VaultPlatform.host import PluginHost
    from VaultPlatform.tenancy import Organisation
    from VaultPlatform.testing.capture import CapturedHooks
    from VaultPlatform.testing.clients import Client, Clients
    from VaultPlatform.testing.faults import Faults


@pytest.fixture(scope="session", autouse=True)
def database_access(django_db_blocker: Any) -> Iterator[None]:
    """pytest-django keeps tests from the database unless they use its own test databases, which we do not."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="session")
def site_databases(database_access: None) -> Iterator[None]:
    """The migrated control plane and template, made when the first test asks for them."""
    from django.db import connections

    from VaultPlatform.runs import owners
    from VaultPlatform.tenancy import migrate_everything

    with server_database():
        outcome = migrate_everything(verbosity=0)
        if outcome.failed:
            pytest.fail(f"migrations failed: {outcome.failed}")
        yield
        owners.resign()
        connections.close_all()


@pytest.fixture(scope="session")
def django_db_setup(site_databases: None) -> None:
    """The same in place of what pytest-django makes of this name, where a conftest.py names the kit."""


@pytest.fixture
def make_org(site_databases: None) -> Iterator[Callable[..., "Organisation"]]:
    """A factory: `make_org(slug="acme")` is a new organisation, not entered, dropped after the test."""
    from VaultPlatform.tenancy import create_organisation, drop_organisation

    with ExitStack() as stack:

        def make(slug: str | None = None, name: str = "") -> "Organisation":
            organisation = create_organisation(slug=slug or f"test-{uuid4().hex[:12]}", name=name)
            stack.callback(drop_organisation, organisation)
            return organisation

        yield make


@pytest.fixture
def org(make_org: Callable[..., "Organisation"]) -> Iterator["Organisation"]:
    """A new organisation, entered as the current one, dropped after the test."""
    from VaultPlatform.tenancy import use

    organisation = make_org()
    with use(organisation):
        yield organisation


@pytest.fixture
def clients(site_databases: None) -> "Clients":
    """Makes clients; each principal signs in once a test."""
    from VaultPlatform.testing.clients import Clients

    return Clients()


@pytest.fixture
def client_for(clients: "Clients") -> "Callable[..., Client]":
    """`client_for(org, role="administrator", username=…)` is a signed-in member's client."""
    return clients.client_for


@pytest.fixture
def operator_client(clients: "Clients") -> "Callable[[], Client]":
    """`operator_client()` is a new, signed-in operator's client."""
    return clients.operator_client


@pytest.fixture
def captured_hooks() -> Iterator["CapturedHooks"]:
    """Which hooks were called during the test, and which events of committed runs told, with which arguments."""
    from VaultPlatform.testing.capture import capturing

    with capturing() as captured:
        yield captured


@pytest.fixture
def faults() -> "Faults":
    """`faults.step(2)` and `faults.hook("on_…")`: context managers in which that step or hook raises."""
    from VaultPlatform.testing.faults import Faults

    return Faults()


@pytest.fixture(scope="session")
def plugin_host() -> "PluginHost":
    """The plugin host of the test site: what is on, and why something is not."""
    from django.conf import settings

    host: PluginHost = settings.PLUGIN_HOST
    return host


@pytest.fixture(scope="session")
def checked(plugin_host: "PluginHost") -> "Callable[[str], Report]":
    """`checked("Notes_Plugin")` is what the checklist finds in a plugin of the test site."""
    from VaultPlatform.checklist import Site, check, plugin_at

    def look(name: str) -> "Report":
        record = plugin_host.record_of(name)
        if record is None or record.folder is None:
            pytest.fail(f"there is no plugin {name}")
        return check(plugin_at(record.folder, site=Site(repository=REPOSITORY)))

    return look


@pytest.fixture(scope="session")
def plugin_migrations(plugin_host: "PluginHost") -> Callable[[str], list[str]]:
    """`plugin_migrations("Notes_Plugin")` is what `makemigrations` would still have to write; [] if all is there."""
    from django.apps import apps

    from VaultPlatform.host.migrations_check import read_migrations
    from VaultPlatform.host.unmigrated import unmigrated

    def missing(name: str) -> list[str]:
        record = plugin_host.record_of(name)
        if record is None or record.state != "on":
            return [record.reason or f"it is {record.state}" if record else f"there is no plugin {name}"]
        if record.label is None:
            return []
        config = apps.get_app_config(record.label)
        return unmigrated(config, read_migrations(config), in_tables=False)

    return missing
