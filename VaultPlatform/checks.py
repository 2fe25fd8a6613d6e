"""System checks of what the vault cannot work with."""

from ipaddress import ip_network
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register  # noqa: A004  # Django's names


@register()
def no_atomic_requests(**_: Any) -> list[Error]:
    """Refuse ATOMIC_REQUESTS: it would put every run into one outer transaction that external steps hold open."""
    return [
        Error(
            f"DATABASES[{alias!r}] sets ATOMIC_REQUESTS; a run commits by itself, and not when the request ends.",
            hint="Remove ATOMIC_REQUESTS. Writes that belong together are steps of one run.",
            id="vault.E001",
        )
        for alias, options in settings.DATABASES.items()
        if options.get("ATOMIC_REQUESTS")
    ]


@register()
def https_needs_a_proxy(**_: Any) -> list[Error]:
    """Refuse HTTPS without a proxy that is believed: every request would be sent to where it came from."""
    if not settings.SECURE_SSL_REDIRECT or settings.TRUSTED_PROXIES:
        return []
    return [
        Error(
            "Base.https is on, and no proxy is trusted to say that a request came by HTTPS.",
            hint="List the proxy's own address in Base.trusted_proxies; it has to set X-Forwarded-Proto.",
            id="vault.E002",
        )
    ]


@register(Tags.security, deploy=True)
def not_everybody_is_a_proxy(**_: Any) -> list[Warning]:
    """Warn of trusted networks that hold everybody: then any client says what its address is."""
    return [
        Warning(
            f"Base.trusted_proxies holds {network}: every client can make up its address, and that it uses HTTPS.",
            hint="List the proxies' own addresses.",
            id="vault.W001",
        )
        for network in settings.TRUSTED_PROXIES
        if ip_network(network, strict=False).prefixlen == 0
    ]
