"""Statements whose effect would stay on the connection, for whichever organisation uses it next.

What is found here is a mistake with a better way, and the error tells it. It is no fence against code that means harm:
SQL can always name another schema. See docs/tenancy.md.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from VaultPlatform.tenancy.exceptions import StatementRefused


class _Kind(NamedTuple):
    pattern: re.Pattern[str]
    what: str
    advice: str


_FIRST = r"(?:\A|;)\s*"
_KINDS = (
    _Kind(
        re.compile(
            rf"{_FIRST}(?:set|reset)\s+(?:local\s+|session\s+)?search_path|set_config\(\s*'search_path'"
        ),
        "Setting the search_path",
        "It is set for you. To read another organisation enter it: `with tenancy.use(organisation): …`.",
    ),
    _Kind(
        re.compile(
            rf"{_FIRST}(?:set\s+(?!local\s|transaction\s|constraints\s)|reset\s)|set_config\([^()]*,\s*false\s*\)"
        ),
        "A setting of the whole session",
        "Use SET LOCAL inside `with transaction.atomic(): …`.",
    ),
    _Kind(
        re.compile(
            r"\b(?:create\s+(?:global\s+|local\s+)?temp(?:orary)?\s(?!.*\bon\s+commit\s+drop\b)|into\s+temp)",
            re.DOTALL,
        ),
        "A temporary table that outlives its transaction",
        "Create it inside `with transaction.atomic(): …`, with ON COMMIT DROP.",
    ),
    _Kind(
        re.compile(r"\bpg_(?:try_)?advisory_lock(?:_shared)?\s*\("),
        "An advisory lock of the whole session",
        "Use pg_advisory_xact_lock inside `with transaction.atomic(): …`.",
    ),
    _Kind(
        re.compile(rf"{_FIRST}(?:listen|prepare)\s|\bwith\s+hold\b"),
        "LISTEN, PREPARE and cursors WITH HOLD",
        "They need a connection of their own.",
    ),
)
#: One of these is in every statement that a pattern fits; looking for them costs next to nothing.
_INSIDE = ("search_path", "set_config", "temp", "advisory_lock", "with hold", ";")
_BEGINNINGS = ("set", "reset", "listen", "prepare")


#: Statements up to this length are remembered: those of the ORM and our own come again and again.
_REMEMBERED = 4000


def refuse_lasting(statement: str) -> None:
    """Raises StatementRefused for a statement that changes the session it runs on. Parameters: without values."""
    kind = _known_kind(statement) if len(statement) <= _REMEMBERED else _kind_of(statement)
    if kind is not None:
        raise StatementRefused(what=kind.what, advice=kind.advice)


def _kind_of(statement: str) -> _Kind | None:
    text = statement.lower()
    if text.lstrip().startswith(_BEGINNINGS) or any(sign in text for sign in _INSIDE):
        return next((kind for kind in _KINDS if kind.pattern.search(text)), None)
    return None


_known_kind = lru_cache(maxsize=512)(_kind_of)
