"""Ids of runs, which grow with time, and ids that are derived from others."""

from __future__ import annotations

import os
import time
from uuid import UUID, uuid5


def time_ordered_id() -> UUID:
    """A UUID of version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, 74 random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def derived_id(parent: UUID, name: str) -> UUID:
    """The UUID that `parent` and `name` always give (version 5)."""
    return uuid5(parent, name)
