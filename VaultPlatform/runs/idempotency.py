"""`Idempotency-Key`: a write that is sent twice happens once, and is answered alike.

The key is kept with the run, in the run's own transaction; whoever sends it again gets the answer of the first time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from VaultErrors.BackendErrors import errors

if TYPE_CHECKING:
    from django.http import HttpRequest

    from Orchestrators.Journal import Entry
    from Orchestrators.MainOrchestrator import MainOrchestrator

#: Stands for the boundary of a form, which clients make up anew each time.
_BOUNDARY = b"\0boundary\0"


@dataclass
class Claim:
    """One request's key, and the run that answers for it."""

    #: SHA-256, in hex, of principal, method, path and the client's key.
    key: str
    request: HttpRequest
    digest: BodyDigest
    run_id: UUID | None = None
    #: Whether that run is still at work: runs that it begins are no business of the key's.
    is_running: bool = False
    entry: Entry | None = None

    def request_hash(self) -> str:
        """SHA-256, in hex, of what the request says."""
        return self.digest.value(self.request)

    def completed_by(self, entry: Entry) -> None:
        """The run has ended well."""
        self.is_running, self.entry = False, entry


_claim: ContextVar[Claim | None] = ContextVar("vault_idempotency", default=None)


def offer(claim: Claim) -> Callable[[], None]:
    """Have the next run answer for `claim`; returns what ends the offer."""
    token = _claim.set(claim)
    return lambda: _claim.reset(token)


def taken_by(run: MainOrchestrator) -> Claim | None:
    """The claim that `run` is to answer for, if there is one.

    Raises ValidationError for the second run of a request: an answer could not say what became of each.
    """
    claim = _claim.get()
    if claim is None or claim.is_running:
        return None
    if claim.run_id is not None:
        raise errors.bad_request.ValidationError(
            "This endpoint does more than one thing, so it takes no Idempotency-Key; what was done so far stays."
        )
    claim.run_id, claim.is_running = run.id, True
    return claim


@dataclass
class BodyDigest:
    """The SHA-256 of a body as it is read, whatever the boundary of its parts is."""

    boundary: bytes = b""
    _sum: Any = field(default_factory=hashlib.sha256)
    _rest: bytes = b""
    _value: str = ""

    def update(self, piece: bytes) -> None:
        """The next piece of the body."""
        text = self._rest + piece
        if self.boundary:
            *whole, text = text.split(self.boundary)
            for each in whole:
                self._sum.update(each + _BOUNDARY)
        kept = max(len(self.boundary) - 1, 0)
        cut = max(len(text) - kept, 0)
        self._sum.update(text[:cut])
        self._rest = text[cut:]

    def value(self, request: HttpRequest) -> str:
        """In hex, once the rest of the body has been read; with the query, and the type of the body."""
        if not self._value:
            if hasattr(request, "_body"):
                self.update(request.body)
            else:
                while request.read(64 * 1024):
                    pass
            query = str(request.META.get("QUERY_STRING", ""))
            self._sum.update(self._rest + f"\0{request.content_type}\0{query}".encode())
            self._value = self._sum.hexdigest()
        return self._value
