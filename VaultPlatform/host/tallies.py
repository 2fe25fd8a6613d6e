"""What each hook implementation did in this process: how often, how long, what it raised, and for whom."""

from __future__ import annotations

import traceback
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from VaultPlatform.serving.hook_stats import MOST, OTHERS, HookStats, bucket_of
from VaultPlatform.tenancy.context import Entered

#: So many last calls tell how long they take.
RECENT = 1000
#: So much of a traceback's end is shown.
_LONGEST = 20_000


@dataclass(slots=True)
class Tally:
    """What one implementation did since the process started."""

    plugin: str
    hook: str
    errors: int = 0
    #: Calls that were left out, because it is switched off or hangs.
    skipped: int = 0
    #: Calls that took longer than `Base.hook_timeout_seconds`.
    overdue: int = 0
    #: Seconds of calls that have ended and are not counted yet: the guard has time for no more than to append to it.
    ended: list[float] = field(default_factory=list)
    #: Of those that are counted: how many, their total time, and the seconds of the last.
    _calls: int = 0
    _seconds: float = 0.0
    _recent: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))
    #: Errors by slug of the organisation.
    errors_in: dict[str, int] = field(default_factory=dict)
    #: How often it failed in a row, by key of the organisation; those in which it works are not in it.
    failing: dict[str, int] = field(default_factory=dict)
    last_error: str | None = None
    last_failed_at: datetime | None = None
    traceback: str | None = None
    #: Held by whoever counts.
    _counting: Any = field(default_factory=Lock, repr=False, compare=False)

    @property
    def calls(self) -> int:
        """How many calls have ended."""
        self.count()
        return self._calls

    @property
    def seconds(self) -> float:
        """Total time spent in it."""
        self.count()
        return self._seconds

    @property
    def recent(self) -> Sequence[float]:
        """Seconds of its last calls."""
        self.count()
        return tuple(self._recent)

    def count(self) -> None:
        """Take in what has ended; to be called every now and then, since all of it is kept until then."""
        with self._counting:
            new = self.ended[:]
            del self.ended[: len(new)]
            self._calls += len(new)
            self._seconds += sum(new)
            self._recent.extend(new)

    def worked(self, entered: Entered | None) -> None:
        """It works in that organisation (again)."""
        self.failing.pop(_key_and_slug(entered)[0], None)

    def failed(self, error: BaseException, entered: Entered | None) -> int:
        """Count a failure in the organisation that was entered so; returns how many there were in a row."""
        key, slug = _key_and_slug(entered)
        self.errors += 1
        known = slug if slug in self.errors_in or len(self.errors_in) < MOST else OTHERS
        self.errors_in[known] = self.errors_in.get(known, 0) + 1
        self.last_error = f"{type(error).__name__}: {error}".removesuffix(": ")
        self.last_failed_at = datetime.now(UTC)
        self.traceback = "".join(traceback.format_exception(error))
        if len(self.failing) >= MOST:
            self.failing.clear()
        self.failing[key] = self.failing.get(key, 0) + 1
        return self.failing[key]

    def stats(self) -> HookStats:
        """As it is now, to be added to those of other processes."""
        self.count()
        return HookStats(
            plugin=self.plugin,
            hook=self.hook,
            calls=self._calls,
            errors=self.errors,
            skipped=self.skipped,
            overdue=self.overdue,
            seconds=self._seconds,
            times=Counter(map(bucket_of, self._recent.copy())),
            errors_in=self.errors_in.copy(),
            last_error=self.last_error[:_LONGEST] if self.last_error else None,
            last_failed_at=self.last_failed_at,
            traceback=self.traceback[-_LONGEST:] if self.traceback else None,
        )

    def begin_anew(self) -> None:
        """A forked process has done nothing yet; guards hold on to this very tally, and to `ended`."""
        self.ended.clear()
        anew = Tally(plugin=self.plugin, hook=self.hook, ended=self.ended)
        for name in self.__slots__:
            setattr(self, name, getattr(anew, name))


def _key_and_slug(entered: Entered | None) -> tuple[str, str]:
    here = entered.organisation if entered else None
    return (here.key, here.slug) if here else ("", "")
