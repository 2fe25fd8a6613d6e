"""PostgreSQL, one schema an organisation: connections are shared by organisations, statements are not."""

from collections import OrderedDict
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from django.utils.functional import cached_property

from VaultPlatform.tenancy.backends.binding import OrganisationBinding
from VaultPlatform.tenancy.backends.postgresql.lasting import refuse_lasting
from VaultPlatform.tenancy.backends.postgresql.messages import MessageCursor
from VaultPlatform.tenancy.backends.postgresql.schema import SchemaWrapper
from VaultPlatform.tenancy.context import Organisation
from VaultPlatform.tenancy.names import schema_of
from VaultPlatform.tenancy.own_databases import settings_of

#: Organisations that one connection serves before it is replaced: its server process keeps some 0.5 MiB of each.
MAX_SEEN = 200
#: Databases that one thread stays connected to, where organisations have some of their own.
MAX_OPEN = 3


class DatabaseWrapper(OrganisationBinding, SchemaWrapper):
    """The backend of `default`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._shared = self.settings_dict
        #: Organisations that it has served, by key: their quoted schemas.
        self._seen: dict[str, str] = {}
        #: Label of the database that `connection` is to, and the connections to others.
        self._at = ""
        self._elsewhere: OrderedDict[str, tuple[Any, str | None]] = OrderedDict()

    @cached_property
    def pg_version(self) -> int:
        """The server's version as libpq counts, 150020 for 15.20; asking for it needs no organisation."""
        with self.idle_care():
            return int(super().pg_version)

    def copy(self, alias: str | None = None) -> "DatabaseWrapper":
        return type(self)(deepcopy(self._shared), self.alias if alias is None else alias)

    def bind(self, organisation: Organisation) -> None:
        super().bind(organisation)
        if organisation.key not in self._seen:
            if len(self._seen) >= MAX_SEEN and not self.in_transaction:
                self.close()
            self._seen[organisation.key] = self._schema_of(organisation)
        if organisation.database != self._at:
            self._move(organisation)

    def _move(self, organisation: Organisation) -> None:
        """Go on with the connection to another database, if there is one already."""
        self.settle()
        settings = settings_of(organisation, self._shared)
        if self.connection is not None:
            self._elsewhere[self._at] = self.connection, self._zone
        self._at, self.settings_dict = organisation.database, settings
        self.connection, self._zone = self._elsewhere.pop(organisation.database, (None, None))
        while len(self._elsewhere) >= MAX_OPEN:
            self._elsewhere.popitem(last=False)[1][0].close()
        if self.connection is not None and not self.is_usable():
            self.connection.close()
            self.connection = None

    def close(self) -> None:
        super().close()
        self._seen.clear()
        if self.connection is None:
            self._at, self.settings_dict = "", self._shared
        while self._elsewhere:
            self._elsewhere.popitem()[1][0].close()

    def cursor_owner(self) -> str | None:
        return self.bound.key if self.bound is not None and not self._idle_care else None

    def check_statement(self, statement: str) -> None:
        refuse_lasting(statement)

    def schema_for(self, _owner: str | None) -> str:
        return self._schema_of(self.check_cursor(_owner))

    def _schema_of(self, organisation: Organisation) -> str:
        return self._seen.get(organisation.key) or str(self.ops.quote_name(schema_of(organisation)))

    def exchange(self, text: str, values: Sequence[str | None] = ()) -> MessageCursor:
        """Send statements of the core's own, with `values` in place of each %s, as one message; see `MessageCursor`.

        Raises what Django's cursors do.
        """
        organisation = self.required_organisation()
        if self.connection is not None:
            self.bind(organisation)  # which may close it, or go on with another
        if self.connection is None:
            self.ensure_connection()
        cursor = MessageCursor(self, self._schema_of(organisation))
        if self.execute_wrappers or self.queries_logged:
            self._prepare_cursor(cursor).execute(text, values)  # type: ignore[attr-defined]  # Django's own
        else:
            self.validate_no_broken_transaction()
            with self.wrap_database_errors:
                cursor.execute(text, values)
        return cursor
