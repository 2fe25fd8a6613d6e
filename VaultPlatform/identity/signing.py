"""The keys that sign tokens: a ring of them, of which the newest signs and all verify.

Keys come from the settings (`Auth.signing_keys`, or `Auth.signing_key` for one), else they are made and kept in
VAULT_HOME/keys. A kept key that has a successor verifies for as long as a refresh token that it signed may live.
"""

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from django.conf import settings
from django.utils.timezone import now

from VaultPlatform.keys import first_token_key, made_at, new_token_key, token_keys

#: Seconds after which a process looks whether there are other keys now.
LOOK_AGAIN = 1.0
#: The same where a token was refused, which may have been signed by a key that another process has just made.
LOOK_AGAIN_AT_A_REFUSAL = 0.05


@dataclass(frozen=True, eq=False, kw_only=True)
class KeyRing:
    """The keys that count at a time. Another set of keys is another ring."""

    #: By id.
    keys: Mapping[str, str]
    #: The id of the one that signs.
    signing_id: str

    @property
    def signing_key(self) -> str:
        """The key that signs."""
        return self.keys[self.signing_id]


class _Kept:
    """The ring of the keys kept in VAULT_HOME, looked at again each second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looked = float("-inf")
        self._seen: tuple[tuple[Path, int], ...] = ()
        self._ring: KeyRing | None = None

    def ring(self, *, look_again: float) -> KeyRing:
        if self._ring is None or time.monotonic() - self._looked >= look_again:
            with self._lock:
                try:
                    self._look()
                except FileNotFoundError:  # removed by another process between being found and being read
                    self._look()
        assert self._ring is not None  # noqa: S101  # for the type checker
        return self._ring

    def forget(self) -> None:
        """Look again at the next question."""
        self._looked = float("-inf")

    def _look(self) -> None:
        valid = _valid_keys()
        seen = tuple((path, path.stat().st_mtime_ns) for path in valid.values())
        if self._ring is None or seen != self._seen:
            self._ring, self._seen = _ring_of(valid), seen
        self._looked = time.monotonic()


_kept = _Kept()


def ring() -> KeyRing:
    """The ring that counts now."""
    return (
        _configured(tuple(settings.TOKEN_KEYS.items()))
        if settings.TOKEN_KEYS
        else _kept.ring(look_again=LOOK_AGAIN)
    )


def is_outdated(before: KeyRing) -> bool:
    """Whether, looked at closely, other keys than those of `before` count now."""
    return not settings.TOKEN_KEYS and _kept.ring(look_again=LOOK_AGAIN_AT_A_REFUSAL) is not before


def rotate(*, revoke_old: bool = False) -> str:
    """Make a new kept key, which signs from now on, and return its id; `revoke_old` removes all others at once."""
    before = token_keys(settings.VAULT_HOME)
    key_id = new_token_key(settings.VAULT_HOME, moment=now())
    if revoke_old:
        _remove(before.values())
    _kept.forget()
    return key_id


def remove_expired() -> int:
    """Remove the kept keys that verify nothing any more; how many there were."""
    if settings.TOKEN_KEYS:
        return 0
    valid = _valid_keys()
    return _remove(path for key_id, path in token_keys(settings.VAULT_HOME).items() if key_id not in valid)


@lru_cache(maxsize=4)
def _configured(keys: tuple[tuple[str, str], ...]) -> KeyRing:
    return KeyRing(keys=dict(keys), signing_id=keys[-1][0])


def _valid_keys() -> dict[str, Path]:
    """The kept keys that count, oldest first; the first is made if there is none."""
    first_token_key(settings.VAULT_HOME)
    found = token_keys(settings.VAULT_HOME)
    until = _until(list(found))
    return {key_id: path for key_id, path in found.items() if key_id not in until or until[key_id] > now()}


def _until(ids: list[str]) -> dict[str, datetime]:
    """When each key but the last ceases to count: so long after its successor was made as a refresh token lives."""
    lifetime = timedelta(days=settings.REFRESH_TOKEN_DAYS)
    return {old: made_at(new) + lifetime for old, new in pairwise(ids)}


def _ring_of(files: Mapping[str, Path]) -> KeyRing:
    keys = {key_id: path.read_text(encoding="ascii") for key_id, path in files.items()}
    return KeyRing(keys=keys, signing_id=list(keys)[-1])


def _remove(paths: Iterable[Path]) -> int:
    gone = list(paths)
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
