"""Where a run is written down: in the database of its organisation, or, outside of any, in the site's."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from VaultPlatform import tenancy
from VaultPlatform.runs.forks import no_child_meanwhile
from VaultPlatform.runs.service import run_service, site_run_service
from VaultPlatform.tenancy.directory import organisations_by_key


class Plane(NamedTuple):
    """One database that has a journal."""

    #: None for the site's.
    organisation: tenancy.Organisation | None

    @property
    def key(self) -> str:
        """Of the organisation; empty for the site."""
        return self.organisation.key if self.organisation else ""

    @property
    def alias(self) -> str:
        """Of the database connection."""
        return "default" if self.organisation else "control"

    @property
    def table(self) -> str:
        """Name of the runs' table."""
        return "run" if self.organisation else "site_run"

    @property
    def connection(self) -> Any:
        """The database connection."""
        return connections[self.alias]

    @property
    def has_functions(self) -> bool:
        """Whether the database has functions for the journal: see `VaultModels.RunFunctions`."""
        return self.organisation is not None and _is_postgresql()

    @property
    def runs(self) -> Any:
        """The service of the runs' table."""
        return run_service if self.organisation else site_run_service

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open on it."""
        return bool(self.connection.in_atomic_block)

    def transaction(self) -> AbstractContextManager[object]:
        """A transaction on it, of nothing but what is written at its end."""
        if self.organisation is None:
            return transaction.atomic(using=self.alias)
        return self.connection.together()  # type: ignore[no-any-return]

    def entered(self) -> AbstractContextManager[object]:
        """With its organisation as the current one."""
        return tenancy.use(self.organisation) if self.organisation else nullcontext()


@cache
def _is_postgresql() -> bool:
    """Whether organisations' data is in PostgreSQL."""
    return bool(connections[DEFAULT_DB_ALIAS].vendor == "postgresql")


def current_plane() -> Plane:
    """Where runs are written down that begin now."""
    return Plane(organisation=tenancy.current_or_none())


def plane_of(key: str) -> Plane | None:
    """The plane of the organisation with that key, "" for the site; None if there is no such organisation."""
    if not key:
        return Plane(organisation=None)
    organisation = tenancy.get_organisation_by_key(key)
    return Plane(organisation=organisation) if organisation else None


@contextmanager
def own_connections() -> Iterator[None]:
    """For a thread of our own: its database connections are closed at the end of the block."""
    with no_child_meanwhile():
        try:
            yield
        finally:
            connections.close_all()


def planes_by_key(keys: Collection[str]) -> dict[str, Plane]:
    """The planes of the organisations with these keys, by key, as above; in one query, however many they are."""
    found = organisations_by_key([key for key in keys if key])
    planes = {key: Plane(organisation=organisation) for key, organisation in found.items()}
    return planes | ({"": Plane(organisation=None)} if "" in keys else {})
