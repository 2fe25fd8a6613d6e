"""Named moments of a run at which a test may kill the process. Off, a moment costs one comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

#: What `at` is told, in the order in which a run comes by: around each write into the journal, each step, each rollback
#: and each delivery of an event.
MOMENTS = (
    "before write",
    "after write",
    "before step",
    "after step",
    "before rollback",
    "after rollback",
    "before delivery",
    "after delivery",
)


@dataclass
class _Installed:
    at: Callable[[str], object] | None = None


_installed = _Installed()


def install_faults(at: Callable[[str], object] | None) -> None:
    """Have `at(moment)` called at each moment; None to switch it off."""
    _installed.at = at


def moment(name: str) -> None:
    """The run has come to the moment of that name, one of MOMENTS."""
    if _installed.at is not None:
        _installed.at(name)
