"""The WSGI application, with requests whose character set is one that texts are sent in."""

import codecs
import re
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

_CHARSET = re.compile(r""";\s*charset\s*=\s*("[^"]*"|[^;]*)""", re.IGNORECASE)
_ACCEPTED = frozenset({"utf-8", "ascii", "iso8859-1"})


class VaultRequest(WSGIRequest):
    """Django's request, but for odd character sets: Django would decode the query with whatever codec is named."""

    def __init__(self, environ: dict[str, Any]) -> None:
        super().__init__({**environ, "CONTENT_TYPE": _without_odd_charset(environ.get("CONTENT_TYPE", ""))})


class VaultHandler(WSGIHandler):
    """Django's handler with our requests."""

    request_class = VaultRequest


def vault_application() -> VaultHandler:
    """The application that a WSGI server calls, with Django set up."""
    django.setup(set_prefix=False)
    return VaultHandler()


def _without_odd_charset(content_type: str) -> str:
    named = _CHARSET.search(content_type)
    return (
        content_type
        if named is None or _is_accepted(named[1].strip(' "'))
        else _CHARSET.sub("", content_type)
    )


def _is_accepted(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name in _ACCEPTED
    except (LookupError, ValueError):
        return False
