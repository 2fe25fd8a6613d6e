"""Finding organisations: by slug, cached for a moment since each request asks, and all of them."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from VaultPlatform.tenancy.context import Organisation, use
from VaultPlatform.tenancy.fingerprint import code_fingerprint
from VaultPlatform.tenancy.names import may_be_slug
from VaultPlatform.tenancy.service import organisation_service
from VaultPlatform.tenancy.states import IMPORTING

if TYPE_CHECKING:
    from VaultModels.control.models import Organisation as Row

#: Seconds for which a change made by another process may go unnoticed.
TTL_SECONDS = 2.0
MAX_CACHED = 1024

_cache: dict[str, tuple[float, Organisation]] = {}


def get_organisation(slug: str) -> Organisation | None:
    """The organisation named `slug`, or None. At most TTL_SECONDS old.

    Its status may be any but "importing": what is not complete is not there yet.
    """
    cached = _cache.get(slug)
    if cached is not None and cached[0] > time.monotonic():
        return cached[1]
    row = organisation_service.get(slug=slug) if may_be_slug(slug) else None
    if row is None or row.status == IMPORTING:
        _cache.pop(slug, None)
        return None
    return _remember(as_value(row))


def get_organisation_by_key(key: str) -> Organisation | None:
    """The organisation whose storage is named `key`, however it is called by now; None, and up to date, as above."""
    row = organisation_service.get(key=key)
    return None if row is None or row.status == IMPORTING else as_value(row)


def organisations_by_key(keys: Collection[str]) -> dict[str, Organisation]:
    """Those of `keys` that there are, as above; in one query, and in none for no keys."""
    rows = organisation_service.filter(key__in=keys) if keys else ()
    return {row.key: as_value(row) for row in rows if row.status != IMPORTING}


def list_organisations() -> list[Organisation]:
    """All organisations, by slug, but those that are being imported."""
    return [as_value(row) for row in organisation_service.filter() if row.status != IMPORTING]


def each_organisation() -> Iterator[Organisation]:
    """Each organisation in turn, entered as the current one while the loop's body runs."""
    for organisation in list_organisations():
        with use(organisation):
            yield organisation


def forget(slug: str) -> None:
    """Drop what this process remembers of `slug`; called by whoever changes an organisation."""
    _cache.pop(slug, None)


def as_value(row: Row) -> Organisation:
    """The row as the value that code carries about."""
    return Organisation(
        slug=row.slug,
        key=row.key,
        name=row.name,
        status=row.status,
        delete_after=row.delete_after,
        database=row.database,
        migrated=row.schema == code_fingerprint(),
    )


def _remember(organisation: Organisation) -> Organisation:
    while len(_cache) >= MAX_CACHED:
        _cache.pop(next(iter(_cache)), None)
    _cache[organisation.slug] = (time.monotonic() + TTL_SECONDS, organisation)
    return organisation
