"""PostgreSQL, one schema an organisation: connections are shared by organisations, statements are not."""

from typing import Any

from django.utils.functional import cached_property

from VaultPlatform.tenancy.backends.binding import OrganisationBinding
from VaultPlatform.tenancy.backends.postgresql.schema import SchemaWrapper
from VaultPlatform.tenancy.context import Organisation
from VaultPlatform.tenancy.names import schema_of

#: Organisations that one connection serves before it is replaced: its server process keeps some 0.5 MiB of each.
MAX_SEEN = 200


class DatabaseWrapper(OrganisationBinding, SchemaWrapper):
    """The backend of `default`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._seen: set[str] = set()

    @cached_property
    def pg_version(self) -> int:
        """The server's version as libpq counts, 150020 for 15.20; asking for it needs no organisation."""
        with self.idle_care():
            return int(super().pg_version)

    def bind(self, organisation: Organisation) -> None:
        super().bind(organisation)
        if organisation.key in self._seen:
            return
        if len(self._seen) >= MAX_SEEN and not self.in_transaction:
            self.close()
        self._seen.add(organisation.key)

    def close(self) -> None:
        super().close()
        self._seen.clear()

    def cursor_owner(self) -> str | None:
        return self.bound.key if self.bound is not None and not self._idle_care else None

    def schema_for(self, _owner: str | None) -> str:
        return str(self.ops.quote_name(schema_of(self.check_cursor(_owner))))
