"""For programs of tests: looks until something is there, in the one process that is begun to look."""

import time
from collections.abc import Callable
from typing import Any


def looked_until(look: Callable[[], Any], *, there: Callable[[Any], bool], seconds: float) -> Any:
    """What `look` finds, as soon as `there` says yes to it, or the time is over."""
    deadline = time.monotonic() + seconds
    while not there(found := look()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found
