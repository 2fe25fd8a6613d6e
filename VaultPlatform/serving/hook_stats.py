"""What one hook implementation did, as a value that can be written down, and added up over processes.

Times are kept as counts in buckets that grow by a twentieth each: lists of them could not be added up, and no bound
has to be known beforehand. Standard library only: the supervisor adds up what processes leave behind.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

#: Organisations whose errors are counted apart; those of further ones are counted together.
MOST = 1000
OTHERS = "(others)"
_GROWTH = math.log(1.05)
_SHORTEST = 1e-9


@dataclass(frozen=True, kw_only=True)
class HookStats:
    """What one implementation did in one process, or in several."""

    plugin: str
    hook: str
    calls: int = 0
    errors: int = 0
    skipped: int = 0
    overdue: int = 0
    seconds: float = 0.0
    #: How many of the last calls took how long, by the number of the bucket.
    times: Mapping[int, int] = field(default_factory=dict)
    #: Errors by slug of the organisation.
    errors_in: Mapping[str, int] = field(default_factory=dict)
    last_error: str | None = None
    last_failed_at: datetime | None = None
    traceback: str | None = None

    def __add__(self, other: HookStats) -> HookStats:
        """Both together; the last error is the later one."""
        ours, theirs = self.last_failed_at, other.last_failed_at
        last = other if theirs and (ours is None or theirs > ours) else self
        return replace(
            last,
            calls=self.calls + other.calls,
            errors=self.errors + other.errors,
            skipped=self.skipped + other.skipped,
            overdue=self.overdue + other.overdue,
            seconds=self.seconds + other.seconds,
            times=Counter(self.times) + Counter(other.times),
            errors_in=_bounded(Counter(self.errors_in) + Counter(other.errors_in)),
        )

    def percentile(self, share: float) -> float | None:
        """The seconds within which that share of the last calls ended, within 3 %; None before the first."""
        left = int(sum(self.times.values()) * share)
        for bucket in sorted(self.times):
            left -= self.times[bucket]
            if left < 0:
                return math.exp(bucket * _GROWTH)
        return None

    def without_times(self) -> HookStats:
        """The same, for whom the last calls are too long ago."""
        return replace(self, times={})

    def as_json(self) -> dict[str, Any]:
        """What `from_json` takes."""
        at = self.last_failed_at
        return {**vars(self), "last_failed_at": at.isoformat() if at else None}


def from_json(said: Mapping[str, Any]) -> HookStats:
    """The stats that were written down so. Raises ValueError, TypeError or KeyError for anything else."""
    at = said["last_failed_at"]
    known = {name: said[name] for name in HookStats.__dataclass_fields__}
    times = {int(bucket): int(number) for bucket, number in said["times"].items()}
    return HookStats(
        **{**known, "times": times, "last_failed_at": datetime.fromisoformat(at) if at else None}
    )


def bucket_of(seconds: float) -> int:
    """The number of the bucket that a time is counted in."""
    return round(math.log(max(seconds, _SHORTEST)) / _GROWTH)


def summed(several: Iterable[HookStats]) -> list[HookStats]:
    """One for each implementation, in the order in which they are met first."""
    found: dict[tuple[str, str], HookStats] = {}
    for each in several:
        pair = (each.plugin, each.hook)
        found[pair] = found[pair] + each if pair in found else each
    return list(found.values())


def _bounded(errors_in: Counter[str]) -> Mapping[str, int]:
    if len(errors_in) <= MOST + 1:
        return errors_in
    others = errors_in.pop(OTHERS, 0)
    kept = dict(errors_in.most_common(MOST))
    return {**kept, OTHERS: others + errors_in.total() - sum(kept.values())}
