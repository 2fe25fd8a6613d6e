"""System checks of what the vault cannot work with."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register


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
