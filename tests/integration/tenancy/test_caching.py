"""Django's cache keeps organisations apart by the key itself, whichever cache the settings choose."""

import os
import socket
import threading
from urllib.parse import urlsplit

import pytest
from django.core.cache import CacheHandler, cache, caches
from django.core.cache.backends.locmem import LocMemCache

from VaultPlatform.config.sections import CacheSection
from VaultPlatform.tenancy import NoOrganisation, Organisation, propagate, use
from VaultPlatform.tenancy.caching import offered, vault_caches
from VaultPlatform.tenancy.exceptions import CacheNotApart

ONE = Organisation(slug="one", key="one_c00001", name="One")
TWO = Organisation(slug="two", key="two_c00002", name="Two")
REDIS = os.environ.get("VAULT_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")


class PlainCache(LocMemCache):
    """A class of Django's kind that knows nothing of organisations."""

    def __init__(self):
        super().__init__("plain", {})


SECTIONS = {
    "local": {},
    "redis": {"target": "VaultPlatform.tenancy.caching:RedisCache", "url": REDIS},
    "foreign": {"target": f"{__name__}:PlainCache"},
}


def reachable(url):
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname, parts.port or 6379), timeout=2).close()
    except OSError:
        return False
    return True


@pytest.fixture(params=["local", pytest.param("redis", marks=pytest.mark.redis), "foreign"])
def chosen(request, settings):
    """The caches of a site with that section; what a test set is removed again."""
    if request.param == "redis" and not reachable(REDIS):
        pytest.skip("no Redis server at its usual place")
    section = CacheSection(**SECTIONS[request.param])
    section.check(**offered(section))
    settings.CACHE = section
    made = CacheHandler(vault_caches())
    yield made
    made["site"].delete_many(["x", "n"])
    for organisation in (ONE, TWO):
        with use(organisation):
            made["default"].delete_many(["x", "n"])
    made.close_all()


def test_the_same_key_in_two_organisations_and_the_site_does_not_meet(chosen):
    with use(ONE):
        chosen["default"].set("x", "of one")
        chosen["default"].set("n", 1)
    with use(TWO):
        assert chosen["default"].get("x") is None
        assert chosen["default"].get_many(["x", "n"]) == {}
        assert chosen["default"].add("x", "of two")
        with pytest.raises(ValueError, match="n' not found"):
            chosen["default"].incr("n")
        chosen["default"].delete("n")
    assert chosen["site"].get("x") is None
    chosen["site"].set("x", "of the site")
    with use(ONE):
        assert chosen["default"].get_many(["x", "n"]) == {"x": "of one", "n": 1}
        assert chosen["site"].get("x") == "of the site"


def test_it_cannot_be_emptied_for_all(chosen):
    with use(ONE):
        chosen["default"].set("x", "of one")
    with use(TWO), pytest.raises(CacheNotApart, match="Delete what you have set"):
        chosen["default"].clear()
    with pytest.raises(CacheNotApart):
        chosen["site"].clear()
    with use(ONE):
        assert chosen["default"].get("x") == "of one"


def test_without_an_organisation_it_says_what_to_do(chosen):
    for use_it in (lambda: chosen["default"].get("x"), lambda: chosen["default"].set("x", 1)):
        with pytest.raises(NoOrganisation, match="cache"):
            use_it()


def test_a_raw_thread_has_no_cache_and_a_carried_one_has(chosen):
    seen = []

    def look():
        try:
            seen.append(chosen["default"].get("x"))
        except NoOrganisation as error:
            seen.append(type(error))

    with use(ONE):
        chosen["default"].set("x", "of one")
        for function in (look, propagate(look)):
            thread = threading.Thread(target=function)
            thread.start()
            thread.join()
    assert seen == [NoOrganisation, "of one"]


def test_the_sites_own_cache_is_such_a_one():
    with use(ONE):
        cache.set("x", "of one")
    with use(TWO):
        assert cache.get("x") is None
    assert caches["site"].get("x") is None
    with use(ONE):
        assert cache.get("x") == "of one"
        cache.delete("x")


def test_what_is_no_cache_is_refused_with_the_reason(settings):
    settings.CACHE = CacheSection(target="collections:OrderedDict")
    with pytest.raises(CacheNotApart, match="BaseCache"):
        CacheHandler(vault_caches())["default"]
