"""Brakes on how often is asked: by organisation, by principal, and by address for whoever the gate does not let in.

Each process counts in its memory, by windows of the clock, and adds its counts to the site's cache in portions: a
request costs no query, and a round trip to the cache only now and then. With a cache that processes share, a limit is
the site's, exceeded by a fiftieth for each process at most; without, it is each process's own. A cache that fails is
logged and leaves the process to its own counts.
"""

import threading
import time
from dataclasses import dataclass
from typing import Any, Final

import structlog
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponseBase

from NimbusVaultConstants.Modelentity.Modelentity import ModelName
from VaultErrors.BackendErrors import errors
from VaultPlatform import tenancy
from VaultPlatform.web.addresses import client_address, network_of
from VaultPlatform.web.errors import error_response
from VaultPlatform.web.request_ids import Next

log = structlog.get_logger(__name__)

#: Into how many portions a limit is cut; after each, the process's count is added to the site's.
PORTIONS: Final = 50
#: So many are counted at a time; beyond that a process forgets, and reads the cache again.
MAX_KEYS: Final = 50_000
_SECONDS: Final = {"s": 1, "min": 60, "h": 3600}
#: Whoever watches the site must not be turned away by what others do.
_NEVER = f"/{ModelName.url_vault}health/"


@dataclass(frozen=True, kw_only=True)
class Rate:
    """So many requests in so many seconds."""

    limit: int
    seconds: int

    @classmethod
    def of(cls, text: str) -> "Rate":
        """The rate that is written as in the settings: `6000/min`."""
        limit, _, unit = text.partition("/")
        return cls(limit=int(limit), seconds=_SECONDS[unit])


@dataclass(kw_only=True, slots=True)
class _Count:
    window: int
    #: What the cache said last, and what was counted here since.
    known: int = 0
    since: int = 0


class Throttle:
    """The counts of one kind of asker in this process."""

    def __init__(self, name: str, rate: Rate) -> None:
        self.name, self.rate = name, rate
        self._portion = max(1, rate.limit // PORTIONS)
        self._counts: dict[str, _Count] = {}
        self._lock = threading.Lock()

    def is_exhausted(self, key: str) -> bool:
        """Whether `key` may not ask any more in this window; counts nothing."""
        count = self._counts.get(key)
        return (
            count is not None
            and count.window == self._window()
            and count.known + count.since >= self.rate.limit
        )

    def hit(self, key: str) -> bool:
        """Count one request of `key`; whether it is within the limit."""
        with self._lock:
            count = self._count(key)
            count.since += 1
            within = count.known + count.since <= self.rate.limit
            due = 0
            if within and (count.since >= self._portion or (count.known == 0 and count.since == 1)):
                due, count.known, count.since = count.since, count.known + count.since, 0
        if due:
            self._add(key, count, due)
            within = count.known <= self.rate.limit
        return within

    def seconds_left(self) -> int:
        """Until the next window begins."""
        return self.rate.seconds - int(time.time()) % self.rate.seconds

    def _window(self) -> int:
        return int(time.time()) // self.rate.seconds

    def _count(self, key: str) -> _Count:
        window = self._window()
        count = self._counts.get(key)
        if count is None or count.window != window:
            if len(self._counts) >= MAX_KEYS:
                self._counts.clear()
            count = self._counts[key] = _Count(window=window)
        return count

    def _add(self, key: str, count: _Count, due: int) -> None:
        """Add `due` to the site's count, and learn from it what others have counted."""
        name = f"throttle:{self.name}:{count.window}:{key}"
        try:
            caches["site"].add(name, 0, timeout=2 * self.rate.seconds)
            known = caches["site"].incr(name, due)
        except Exception as error:  # noqa: BLE001  # whatever the cache's client raises
            log.warning("throttle_counts_alone", error=type(error).__name__)
            return
        with self._lock:
            count.known = max(count.known, known)


class AddressThrottle:
    """Outside of the gate: counts what it does not let in, and what is public, by the client's address."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.anonymous = _throttle("anonymous")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        throttle = self.anonymous
        if throttle is None or request.path_info.startswith(_NEVER):
            return self.get_response(request)
        address = network_of(client_address(request))
        if "HTTP_AUTHORIZATION" not in request.META and throttle.is_exhausted(address):
            return _refusal(throttle, request)
        response = self.get_response(request)
        if not hasattr(request, "vault_principal") and not throttle.hit(address):
            response.close()
            return _refusal(throttle, request)
        return response


class PrincipalThrottle:
    """Behind the gate: counts what a member, an operator or a machine asks, by principal and by organisation."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.organisation, self.principal = _throttle("organisation"), _throttle("principal")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Called when the gate has let the request pass."""
        principal = getattr(request, "vault_principal", None)
        if principal is None:
            return None
        organisation = tenancy.current_or_none()
        asking = [(self.principal, _who(request, principal))]
        if organisation is not None:
            asking.append((self.organisation, organisation.key))
        for throttle, key in asking:
            if throttle is not None and not throttle.hit(key):
                return _refusal(throttle, request)
        return None


def _who(request: HttpRequest, principal: Any) -> str:
    """A machine is another than the member whose key it has."""
    actor = getattr(request, "vault_actor", None)
    return f"{actor.kind}:{actor.id}" if actor else f"{type(principal).__name__}:{principal.pk}"


def _throttle(name: str) -> Throttle | None:
    rate: str | None = settings.THROTTLE[name]
    return None if rate is None else Throttle(name, Rate.of(rate))


def _refusal(throttle: Throttle, request: HttpRequest) -> HttpResponseBase:
    seconds = throttle.seconds_left()
    return error_response(
        errors.bad_request.TooManyRequests(
            f"Too many requests of this {_WORDS[throttle.name]}; try again in {seconds} seconds.",
            headers={"Retry-After": str(seconds)},
        ),
        request,
    )


_WORDS = {"organisation": "organisation", "principal": "account", "anonymous": "address without a sign-in"}
