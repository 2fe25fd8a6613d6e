"""Where something waits for a time: the sweep visits these organisations, and no other."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.timezone import now

from VaultPlatform.runs.rows import mark_due
from VaultPlatform.runs.service import due_organisation_service

#: What this process has told last, by organisation: what is not earlier need not be told again.
_told: dict[str, datetime] = {}
_MAX_TOLD = 4096
#: Longer than transactions take between having the sweep told and their commit.
LINGER = timedelta(seconds=30)
#: Between two visits where something waits for a person: whoever asks where there is work finds it named there.
WATCH = timedelta(hours=1)


def have_visited(organisation: str, at: datetime) -> None:
    """Have the sweep come by at `at`, or earlier if it is due earlier anyway."""
    known = _told.get(organisation)
    if known is not None and now() < known <= at:
        return
    if len(_told) >= _MAX_TOLD:
        _told.clear()
    mark_due(organisation, at)
    _told[organisation] = at


def watch(organisation: str) -> None:
    """Something waits for a person there."""
    have_visited(organisation, now() + WATCH)


def visited(organisation: str, *, seen: datetime, found: bool, following: datetime | None) -> None:
    """The sweep has been there because of the time `seen`.

    Parameters: `found`, whether anything was there; `following`, the next time at which something is due. A visit that
    found something is followed by another one soon: what was being committed meanwhile was not to be seen.
    """
    marked = due_organisation_service.filter(organisation=organisation, due_at=seen)
    soon = now() + LINGER
    if found or following is not None:
        marked.update(due_at=min(soon, following or soon) if found else following)
    else:
        marked.delete()
