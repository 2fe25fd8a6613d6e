"""This process as an owner of runs, and how others see that it lives.

It is registered before its first run that may be left half-way, and in each organisation before the first one there;
so whoever comes after a death knows where to look. On the same machine a lock on a file of its own tells at once
whether it lives; elsewhere its lease does, which a thread renews.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.utils.timezone import now

from VaultPlatform.runs.planes import own_connections
from VaultPlatform.runs.rows import note_owned
from VaultPlatform.runs.service import run_owner_service

log = structlog.get_logger(__name__)
#: Seconds for which a process that cannot be seen is taken for alive.
LEASE = 30.0
#: Seconds between two renewals.
RENEWAL = 10.0
#: Host of processes that were taken for dead: their leases cannot be renewed any more.
NOWHERE = ""


@dataclass
class Owner:
    """One process."""

    id: UUID
    file: int
    path: Path
    organisations: set[str] = field(default_factory=set)
    #: When the lease was last renewed, by the clock of `time.monotonic`.
    renewed: float = field(default_factory=time.monotonic)
    #: Runs whose state could not be written: organisation and run.
    abandoned: list[tuple[str, UUID]] = field(default_factory=list)
    #: Deliveries that were taken out without waiting for the disk: when, by that clock, organisation and ids.
    removed: list[tuple[float, str, list[int]]] = field(default_factory=list)
    #: Whether its row is gone: others have taken it for dead.
    lost: bool = False


_lock = threading.RLock()
_this: list[Owner] = []


def this_owner() -> Owner:
    """This process as an owner, registered; one that was stopped, and taken for dead, is registered anew."""
    if (owner := known_owner()) is not None and not _has_lapsed(owner):
        return owner
    with _lock:
        if _this and not _this[0].lost and may_have_lapsed():
            _renew_once(_this[0])
        if not _this or _this[0].lost:
            _this[:] = [_registered()]
            threading.Thread(target=_renew, args=(_this[0],), name="vault-lease", daemon=True).start()
        return _this[0]


def known_owner() -> Owner | None:
    """This process as an owner, if it has become one."""
    return next(iter(_this), None)


def ensure_known(organisation: str) -> UUID:
    """Have it known that this process may leave something behind in that organisation; returns the owner's id."""
    owner = this_owner()
    if organisation not in owner.organisations:
        note_owned(owner.id, organisation)
        owner.organisations.add(organisation)
    return owner.id


def may_have_lapsed() -> bool:
    """Whether this process was stopped for so long that others may have taken it for dead."""
    owner = known_owner()
    return owner is not None and _has_lapsed(owner)


def _has_lapsed(owner: Owner) -> bool:
    return owner.lost or time.monotonic() - owner.renewed > LEASE


def resign() -> None:
    """Take this process out of the register: it ends, and leaves nothing behind."""
    with _lock:
        owner = known_owner()
        _this.clear()
    if owner is None:
        return
    with contextlib.suppress(DatabaseError):
        if not owner.abandoned:
            run_owner_service.delete(owner.id)
            owner.path.unlink(missing_ok=True)
    os.close(owner.file)


@cache
def this_host() -> str:
    """This machine, and its boot: an id of a process is never taken for one of another boot."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        boot = ""
    return f"{socket.gethostname()[:60]}:{boot}"


def lock_folder() -> Path:
    """Where the lock files of this machine's processes are."""
    folder = Path(settings.VAULT_HOME) / "owners"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def dead_neighbours() -> Iterator[tuple[UUID, Path]]:
    """Owners on this machine that have died, told by their lock files without asking a database; and these files.

    The file is locked while its owner is looked at, so that only one process does.
    """
    mine = known_owner()
    for path in sorted(lock_folder().glob("*.lock")):
        if mine is not None and path == mine.path:
            continue
        try:
            file = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        else:
            yield UUID(path.stem), path
        finally:
            os.close(file)


def take_for_dead(row: Any) -> bool:
    """Take the process of that row, whose lease is over, for dead; should it go on, it finds out.

    Returns False if it has renewed its lease meanwhile, or has a lock file here, which tells more than the lease.
    """
    if row.host == this_host() and (lock_folder() / f"{row.id}.lock").exists():
        return False
    return bool(run_owner_service.filter(id=row.id, lease_until__lt=now()).update(host=NOWHERE))


def _registered() -> Owner:
    owner_id = uuid4()
    path = lock_folder() / f"{owner_id}.lock"
    unlocked = path.with_suffix(".new")
    file = os.open(unlocked, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(file, fcntl.LOCK_EX)
    unlocked.rename(path)  # locked before anybody sees it
    before = time.monotonic()  # the lease must not seem longer to its owner than to others
    run_owner_service.create(
        id=owner_id, host=this_host(), pid=os.getpid(), lease_until=now() + timedelta(seconds=LEASE)
    )
    return Owner(id=owner_id, file=file, path=path, renewed=before)


def _renew(owner: Owner) -> None:
    """Renew the lease for as long as this process owns runs, and hand over what was abandoned."""
    from VaultPlatform.runs.outbox import remove_again
    from VaultPlatform.runs.recovery import release

    while True:
        until = time.monotonic() + RENEWAL
        while time.monotonic() < until:
            time.sleep(min(1.0, RENEWAL))
            if owner.abandoned:
                break
        if known_owner() is not owner:
            return
        try:
            with own_connections():
                _renew_once(owner)
                while owner.abandoned:
                    release(*owner.abandoned[0])
                    owner.abandoned.pop(0)
                remove_again(owner)
        except Exception as error:  # noqa: BLE001  # as a database that is away; the next time it may be there
            log.warning("lease_not_renewed", error=type(error).__name__)
        if owner.lost:
            return


def _renew_once(owner: Owner) -> None:
    before = time.monotonic()
    if run_owner_service.filter(id=owner.id, host=this_host()).update(
        lease_until=now() + timedelta(seconds=LEASE)
    ):
        owner.renewed = before
    else:
        owner.lost = True


def _forget_after_fork() -> None:
    """A child is an owner of its own; it must not keep its parent's lock alive either."""
    global _lock  # noqa: PLW0603  # the parent's may be held by a thread that the child does not have
    _lock = threading.RLock()
    for owner in _this:
        with contextlib.suppress(OSError):
            os.close(owner.file)
    _this.clear()


os.register_at_fork(after_in_child=_forget_after_fork)
