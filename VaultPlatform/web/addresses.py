"""Where a request comes from, behind proxies too.

A proxy appends the address it was asked from to `X-Forwarded-For`; what stands left of that is the client's own word.
So the header counts only if a trusted proxy sent it, and is read from the right as far as trusted proxies wrote it.
"""

from __future__ import annotations

from functools import cache, lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request

Address = IPv4Address | IPv6Address


def client_address(request: HttpRequest | Request) -> str:
    """The address of whoever asks, as far as the site can know it.

    That is the peer's, unless it is one of `Base.trusted_proxies`: then the right-most entry of `X-Forwarded-For` that
    is none of them. The peer's again, if there is no such entry or it is no address.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    address = parsed(peer)
    if address is None or not _trusted(address):
        return _written(address, peer)
    found = _forwarded_for(str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(","))
    return _written(found or address, peer)


def from_trusted_proxy(request: HttpRequest) -> bool:
    """Whether the peer itself is one of `Base.trusted_proxies`."""
    peer = parsed(str(request.META.get("REMOTE_ADDR", "")))
    return peer is not None and _trusted(peer)


def _forwarded_for(entries: list[str]) -> Address | None:
    for entry in reversed(entries):
        address = parsed(entry.strip())
        if address is None or not _trusted(address):
            return address
    return None


def _written(address: Address | None, text: str) -> str:
    """One text for one address: IPv6 has many."""
    return text if address is None else str(address)


@lru_cache(4096)
def parsed(text: str) -> Address | None:
    """`text` as an address; None if it is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A socket for both protocols sees 10.0.0.7 as ::ffff:10.0.0.7.
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(4096)
def network_of(address: str) -> str:
    """What one client has of addresses: of IPv6 a whole network."""
    found = parsed(address)
    return str(ip_network(f"{found}/64", strict=False)) if isinstance(found, IPv6Address) else address


def _trusted(address: Address) -> bool:
    return any(address in network for network in _networks(settings.TRUSTED_PROXIES))


@cache
def _networks(texts: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text, strict=False) for text in texts)
