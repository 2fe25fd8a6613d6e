"""API keys: how one looks, what is kept of it, and whom it stands for.

A key holds no name of an organisation. It is looked up in the current organisation's database and is unknown in all
others.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.timezone import now

from VaultPlatform.identity.service import KeyInUse, api_key_service, member_of_key

if TYPE_CHECKING:
    from VaultModels.models import User

#: How every key begins, so that people and scanners for leaked secrets recognise one.
MARK = "vk_"
SECRET_BYTES = 32
#: Characters of a key that are kept and shown: enough to tell keys apart, and too few to help anybody guess.
SHOWN = len(MARK) + 6
#: The last use is noted to so much, not with each request.
NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """A key at the one moment at which it is known."""

    key: str

    @property
    def prefix(self) -> str:
        """How it begins."""
        return self.key[:SHOWN]

    @property
    def sha256(self) -> str:
        """What is kept of it."""
        return _digest(self.key)


def new_key() -> NewKey:
    """A key of 256 random bits."""
    return NewKey(key=MARK + secrets.token_urlsafe(SECRET_BYTES))


def member_of(key: str) -> tuple[User, KeyInUse] | None:
    """In whose name `key` asks here, and what is known of it; None if it is not good (any more)."""
    return member_of_key(_digest(key), noted_since=now() - NOTED_EVERY)


def note_use(key: KeyInUse) -> None:
    """Note that the key is in use, if that was not done lately."""
    if key.to_be_noted:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now() - NOTED_EVERY)
        api_key_service.filter(stale, id=key.id).update(last_used_at=now())


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
