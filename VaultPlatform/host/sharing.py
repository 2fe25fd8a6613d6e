"""What hook implementations did in all processes of the site on this host.

Any of several web processes may be asked, and workers call hooks, too. So each process writes its tallies down now and
then, in the folder of its generation, and whoever is asked adds its own to what it finds there. A process that no
supervisor has started has no such folder, and answers for itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable

from VaultPlatform.host.tallies import Tally
from VaultPlatform.serving import hook_files
from VaultPlatform.serving.generations import own_folder
from VaultPlatform.serving.hook_stats import HookStats, summed

#: Seconds between two writes at least.
PAUSE = 2.0
_Seen = tuple[int, int, int, int, float]


class Sharing:
    """The tallies of this process among those of all.

    Parameters: `tallies`, gives those of this process.
    """

    def __init__(self, tallies: Callable[[], Iterable[Tally]]) -> None:
        self._tallies = tallies
        self.begin_anew()

    def begin_anew(self) -> None:
        """A forked process has a file of its own."""
        self._lock, self._name, self._due = threading.Lock(), hook_files.new_name(), 0.0
        #: What was seen last, and what was written.
        self._known: dict[tuple[str, str], tuple[_Seen, HookStats]] = {}
        self._written: list[HookStats] = []

    def look(self) -> None:
        """Write down what has changed, if it is time to. Called often, and by nobody who calls a hook."""
        if (now := time.monotonic()) >= self._due:
            self._due = now + PAUSE
            self._own()

    def summed(self) -> list[HookStats]:
        """Those of all processes, now for this one, and a few seconds ago for the others.

        What it shows of this process it writes down first, so that no other one shows less later.
        """
        own, folder = self._own(), own_folder()
        return summed([*own, *hook_files.read_all(folder.parent, but=self._name)]) if folder else own

    def _own(self) -> list[HookStats]:
        with self._lock:
            stats, folder = [self._stats(each) for each in self._tallies()], own_folder()
            if folder and stats != self._written:
                try:
                    hook_files.write(folder / self._name, stats)
                except OSError:  # such as a disk that is full; it is tried again
                    return stats
                self._written = stats
            return stats

    def _stats(self, tally: Tally) -> HookStats:
        """Worked out anew only if there were calls since."""
        seen = (tally.calls, tally.errors, tally.skipped, tally.overdue, tally.seconds)
        before = self._known.get((tally.plugin, tally.hook))
        if before is not None and before[0] == seen:
            return before[1]
        stats = tally.stats()
        self._known[tally.plugin, tally.hook] = (seen, stats)
        return stats
