"""Django's caches, apart for each organisation by the key itself: `cache` is the current organisation's.

As with databases there are two: `default` is the current organisation's, and without one it is a teaching error;
`site` is for what belongs to no organisation. Both keep their entries in the store that the section `Cache` chooses.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache.backends import locmem, redis
from django.core.cache.backends.base import BaseCache

from VaultPlatform.config import CacheSection, reveal
from VaultPlatform.tenancy.context import current
from VaultPlatform.tenancy.exceptions import CacheNotApart

_SITE = "site"


class LocalCache(locmem.LocMemCache):
    """Entries in the memory of each process, for a site with few of these."""

    def __init__(self, *, max_entries: int = 10_000, timeout_seconds: int = 300) -> None:
        """Parameters: `max_entries`, of all organisations together; `timeout_seconds`, how long one is kept."""
        super().__init__("vault", {"TIMEOUT": timeout_seconds, "OPTIONS": {"MAX_ENTRIES": max_entries}})


class RedisCache(redis.RedisCache):
    """Entries in Redis, shared by all processes."""

    def __init__(self, *, url: str, timeout_seconds: int = 300) -> None:
        """Parameters: `url`, as in redis://host:6379/1; `timeout_seconds`, how long an entry is kept."""
        super().__init__(url, {"TIMEOUT": timeout_seconds})


def vault_caches() -> dict[str, dict[str, Any]]:
    """Django's CACHES: whose keys they are. Each is built here, whatever class the settings name."""
    factories = {"default": organisations_cache, _SITE: site_cache}
    return {alias: {"BACKEND": f"{__name__}.{factory.__name__}"} for alias, factory in factories.items()}


def offered(section: CacheSection) -> dict[str, Any]:
    """What the section's component is given beside its own arguments: the address, if there is one.

    Raises SettingsError for a reference that leads nowhere.
    """
    return {} if section.url is None else {"url": reveal(section.url)}


def organisations_cache(_location: str, _params: dict[str, Any]) -> BaseCache:
    """The cache of the current organisation, whichever that is at each call."""
    return _built(_of_organisation)


def site_cache(_location: str, _params: dict[str, Any]) -> BaseCache:
    """The cache of the whole site."""
    return _built(_of_site)


def _of_organisation(key: str, _prefix: str, version: int) -> str:
    return f"vault:org:{current().key}:{version}:{key}"


def _of_site(key: str, _prefix: str, version: int) -> str:
    return f"vault:{_SITE}:{version}:{key}"


def _built(key_function: Callable[[str, str, int], str]) -> BaseCache:
    cache = settings.CACHE.build(**offered(settings.CACHE))
    if not isinstance(cache, BaseCache):
        raise CacheNotApart(
            what=f"Cache.target builds a {type(cache).__name__}",
            advice="It has to be a Django cache: a subclass of django.core.cache.backends.base.BaseCache.",
        )
    cache.key_func = key_function
    cache.clear = _refuse_to_clear  # type: ignore[method-assign]  # whatever class it is
    return cache


def _refuse_to_clear() -> None:
    raise CacheNotApart(
        what="cache.clear() would empty the caches of all organisations",
        advice="Delete what you have set, by its keys, or set it under another `version`.",
    )
