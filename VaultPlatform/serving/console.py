"""What the supervisor and its children say: one line at a time, each with the name of its speaker.

A terminal that went away must not stop anything, so a failing write is dropped.
"""

import contextlib
import threading

_one_line_at_a_time = threading.Lock()


def say(text: str, *, speaker: str = "serve") -> None:
    """Print `text` line by line as `speaker`."""
    with _one_line_at_a_time, contextlib.suppress(OSError, ValueError):
        for line in text.splitlines() or [""]:
            print(f"{speaker:<6} | {line}", flush=True)


def announce(text: str) -> None:
    """Print `text` as it is: what a person is meant to read and copy from."""
    with _one_line_at_a_time, contextlib.suppress(OSError, ValueError):
        print(text, flush=True)
