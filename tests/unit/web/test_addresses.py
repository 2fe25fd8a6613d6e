"""The client's address: what it is behind proxies, and that nobody can make one up."""

import pytest
from django.test import RequestFactory

from VaultPlatform.web.addresses import client_address

pytestmark = pytest.mark.database_independent

PROXY, CLIENT = "10.0.0.7", "203.0.113.9"


@pytest.fixture(autouse=True)
def _proxies(settings):
    settings.TRUSTED_PROXIES = ("10.0.0.0/8", "2001:db8::1")


def seen(peer, forwarded=None):
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer))


def test_without_a_proxy_it_is_the_peers():
    assert seen(CLIENT) == CLIENT


@pytest.mark.parametrize("forwarded", ["198.51.100.1", PROXY, "garbage", f"198.51.100.1, {PROXY}"])
def test_a_stranger_is_not_believed(forwarded):
    assert seen(CLIENT, forwarded) == CLIENT


def test_where_no_proxy_is_trusted_nobody_is_believed(settings):
    settings.TRUSTED_PROXIES = ()
    assert seen("127.0.0.1", "198.51.100.1") == "127.0.0.1"


@pytest.mark.parametrize("peer", [PROXY, "2001:db8::1", "2001:DB8:0::1", f"::ffff:{PROXY}"])
def test_a_trusted_proxy_is_believed(peer):
    assert seen(peer, CLIENT) == CLIENT


@pytest.mark.parametrize(
    "forwarded",
    [
        f"198.51.100.1, {CLIENT}",
        f"198.51.100.1,{CLIENT},10.0.0.8",
        f"garbage, {CLIENT}, 10.0.0.8, 10.0.0.9",
        f"10.0.0.5, {CLIENT}",
        f" {CLIENT} ",
    ],
)
def test_what_the_client_wrote_left_of_its_address_is_not_believed(forwarded):
    assert seen(PROXY, forwarded) == CLIENT


@pytest.mark.parametrize(
    "forwarded",
    [
        None,
        "",
        ",",
        "garbage",
        f"{CLIENT}, garbage",
        f"{CLIENT}, ",
        "10.0.0.8, 10.0.0.9",
        f"{CLIENT}:443",
        "1" * 9000,
    ],
)
def test_a_header_without_a_usable_address_leaves_the_proxys(forwarded):
    assert seen(PROXY, forwarded) == PROXY


def test_one_address_is_written_in_one_way():
    assert seen(PROXY, f"::ffff:{CLIENT}") == seen(f"::ffff:{CLIENT}") == CLIENT
    assert seen(PROXY, "2001:DB8:0:0::2") == seen("2001:db8::2") == "2001:db8::2"


@pytest.mark.parametrize("peer", ["", "unix:"])
def test_a_peer_without_an_address_stays_what_it_is(peer):
    assert seen(peer, CLIENT) == peer
