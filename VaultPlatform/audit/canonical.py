"""The one way to write an entry down, and the hash that chains it: what a verifier elsewhere has to do as well.

    hash = SHA-256, in hex, of: previous hash, newline, seq, newline, payload        (the first previous hash: 64 zeros)

The payload is JSON with its keys sorted, no blanks and ASCII only: the same bytes for every program and database.
"""

import json
from hashlib import sha256
from typing import Any

from Orchestrators.Codec import writable
from VaultModels.AuditTables import GENESIS

__all__ = ["GENESIS", "canonical", "digest", "printable"]

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False, default=str)


def canonical(value: Any) -> str:
    """`value` as canonical JSON; what JSON has no form for, such as a UUID, as its text. Raises ValueError for NaN."""
    return _ENCODER.encode(value)


def digest(*, previous: str, seq: int, payload: str) -> str:
    """The hash of an entry. It is computed by PostgreSQL too: see `chain`."""
    return sha256(f"{previous}\n{seq}\n{payload}".encode()).hexdigest()


def printable(text: object, limit: int) -> str:
    """`text`, cut to `limit` characters, with what a database cannot hold (NUL, lone surrogates) written out."""
    clean = writable(str(text))
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"
