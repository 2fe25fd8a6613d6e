"""Making, copying and removing the databases themselves, one module an engine."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from django.db import connections

from VaultPlatform.tenancy.context import Organisation


class Storage(Protocol):
    """What the life of organisations needs of an engine."""

    def lock(
        self, *, for_long: bool = False, waiting: Callable[[], None] | None = None
    ) -> AbstractContextManager[None]:
        """Keep every other process and thread from migrating and from making organisations.

        Parameters: `for_long`, that it is held while connections may come and go; `waiting`, called once if somebody
        else holds it.
        """

    def prepare_control(self) -> None:
        """Make the control plane's database if there is none."""

    def exists(self, organisation: Organisation) -> bool:
        """Whether the organisation has a database."""

    def create_empty(self, organisation: Organisation) -> None:
        """Make a database without tables."""

    def cloning(self, organisation: Organisation) -> AbstractContextManager[None]:
        """Copy the template; the copy appears with what the block writes to `control`, or not at all."""

    def dropping(self, organisation: Organisation) -> AbstractContextManager[None]:
        """Remove the database, if it is there, after the block has removed the organisation from `control`."""


def storage() -> Storage:
    """The storage of the configured engine."""
    if connections["default"].vendor == "sqlite":
        from VaultPlatform.tenancy.storage.sqlite import SQLiteStorage

        return SQLiteStorage()
    from VaultPlatform.tenancy.storage.postgresql import PostgreSQLStorage

    return PostgreSQLStorage()
