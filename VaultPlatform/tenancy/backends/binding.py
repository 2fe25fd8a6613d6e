"""What both backends share: a connection wrapper that serves the current organisation, and says so when it cannot."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from VaultPlatform.tenancy.backends.closing import ClosingTransactions, WrittenAtCommit
from VaultPlatform.tenancy.context import Organisation, current, current_or_none, use
from VaultPlatform.tenancy.exceptions import OrganisationChanged

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper as Wrapper
else:
    Wrapper = object


#: How Django's statements about savepoints begin.
OF_SAVEPOINTS = ("SAVEPOINT", "RELEASE", "ROLLBACK")
TIME_IS_UP = (
    "the time of this hook implementation is up (Base.hook_timeout_seconds): no statement is run for it"
)


class TransactionAware(Wrapper):
    """Knows whether a transaction is open, as Django sees it."""

    @property
    def in_transaction(self) -> bool:
        """Whether what runs now belongs to a transaction begun before; the server may not know of it yet."""
        return self.connection is not None and (self.in_atomic_block or not self.autocommit)


class OrganisationBinding(ClosingTransactions, TransactionAware):
    """Mixed in before a Django DatabaseWrapper.

    A statement needs a current organisation; ending a transaction, closing, and looking after an idle connection do
    not, since these happen when the request's organisation has been left already.
    """

    #: The organisation that the connection was last used for.
    bound: Organisation | None = None
    #: Asked for the seconds that are left to the hook implementation from which a statement comes; None outside of any.
    time_left: Callable[[], float | None] = staticmethod(lambda: None)
    _ending = False
    _idle_care = False

    def required_organisation(self) -> Organisation:
        """The current organisation. Raises NoOrganisation, or OrganisationChanged inside another one's transaction."""
        organisation = current()
        if self.bound is not None and self.bound.key != organisation.key and self.in_transaction:
            raise OrganisationChanged(bound=self.bound.slug, current=organisation.slug, what="transaction")
        return organisation

    def check_cursor(self, key: str | None) -> Organisation:
        """The current organisation, if it is the one with storage `key`, for which a cursor was opened.

        Raises OrganisationChanged if it is another.
        """
        organisation = self.required_organisation()
        if key != organisation.key:
            raise OrganisationChanged(bound=key or "(none)", current=organisation.slug, what="cursor")
        return organisation

    def seconds_for(self, statement: str) -> float | None:
        """How long the statement may run; None if nobody limits it, as what ends a savepoint.

        Raises OperationalError if the time of the hook implementation that issues it is up.
        """
        left = self.time_left()
        if left is None or statement.startswith(OF_SAVEPOINTS):
            return None
        if left <= 0:
            raise self.Database.OperationalError(TIME_IS_UP)  # type: ignore[attr-defined]  # the driver's module
        return left

    def bind(self, organisation: Organisation) -> None:
        """Make the connection serve `organisation`; only called outside a transaction of another one."""
        self.bound = organisation

    def ensure_connection(self) -> None:
        if self._ending and self.connection is not None:
            self._ending = False
            return
        if not self._idle_care:
            self.bind(self.required_organisation())
        super().ensure_connection()

    def get_autocommit(self) -> bool:
        if self.connection is None:
            self.ensure_connection()
        return self.autocommit

    def set_autocommit(self, autocommit: bool, *args: Any, **kwargs: Any) -> None:  # noqa: FBT001 Django's signature
        self._ending = autocommit and self.connection is not None and not self.autocommit
        try:
            super().set_autocommit(autocommit, *args, **kwargs)
        finally:
            self._ending = False

    def on_commit(self, func: Callable[[], Any], *args: Any, **kwargs: Any) -> None:
        organisation = self.required_organisation()
        if not isinstance(func, WrittenAtCommit) and callable(func):
            func = _called_for(organisation, func)
        super().on_commit(func, *args, **kwargs)

    @contextmanager
    def idle_care(self) -> Iterator[None]:
        """A block that may connect and look at the connection with no organisation; it sends no statement."""
        before, self._idle_care = self._idle_care, True
        try:
            yield
        finally:
            self._idle_care = before


def _called_for(organisation: Organisation, func: Callable[[], Any]) -> Callable[[], Any]:
    """`func`, for the organisation of its transaction, whichever is current when that is committed."""

    def called() -> Any:
        if current_or_none() is organisation:
            return func()
        with use(organisation):
            return func()

    # By which Django names it in the log.
    called.__qualname__ = getattr(func, "__qualname__", called.__qualname__)
    return called
