"""What needs no table: how an entry is shown, which ones have to go, and whether recording works."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from Plugins.Activity_Plugin.models import ActivityEntry

#: Old entries are deleted this many at a time, or a tenth of what is kept if that is less.
MOST_AT_ONCE: Final = 100


class Recording:
    """Whether recording works in this process: what became of the last attempt, in whichever organisation."""

    def __init__(self) -> None:
        #: What went wrong with the last attempt; None if it went well, or there was none yet.
        self.problem: str | None = None

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Remember whether the block went well; what it raises goes on."""
        try:
            yield
        except Exception as error:
            self.problem = f"The last event is missing from the list: {type(error).__name__}: {error}"
            raise
        self.problem = None


recording = Recording()


def last_to_go(newest_id: int, *, keep: int) -> int | None:
    """The id up to which entries have to go now that there is one of `newest_id`; None most of the time.

    Where it is not None, room is made for all that come until it is so again: at no time more than `keep` stay.
    """
    at_once = max(1, min(MOST_AT_ONCE, keep // 10))
    if newest_id % at_once or newest_id <= keep - at_once + 1:
        return None
    return newest_id - (keep - at_once + 1)


def format_entry(entry: "ActivityEntry") -> dict[str, Any]:
    """An entry as a client sees it."""
    return {
        "id": entry.id,
        "kind": entry.kind,
        "entity_type": entry.entity_type,
        "entity_id": entry.entity_id,
        "detail": entry.detail,
        "created_at": entry.created_at.isoformat(),
    }
