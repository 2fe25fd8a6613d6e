"""A signal that asks this process to end becomes an exception, so that what was begun is put back."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from VaultPlatform.activation.errors import Stopped


def _stop(number: int, _frame: FrameType | None) -> None:
    raise Stopped(f"It was stopped by {signal.Signals(number).name}.")


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Raise Stopped in the block at SIGTERM, SIGINT and SIGHUP; to be used in the main thread."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.signal(number, _stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
