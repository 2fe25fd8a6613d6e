"""The WSGI application, with requests whose character set is one that texts are sent in."""

import codecs
import gc
import importlib
import os
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.urls import get_resolver
from django.utils.http import parse_header_parameters

from VaultPlatform.host.reporting import report_loaded
from VaultPlatform.serving.generations import THREADS_VARIABLE, is_leaving

_ACCEPTED = frozenset({"utf-8", "ascii", "iso8859-1"})


class VaultRequest(WSGIRequest):
    """Django's request, but for odd character sets: Django would decode the query with whatever codec is named.

    The odd one is kept as `vault.refused_charset`, for whoever has to read a body in it.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        content_type = environ.get("CONTENT_TYPE", "")
        if refused := _odd_charset(content_type):
            bare = content_type.partition(";")[0]  # a body of it is refused, whatever else the header says
            environ = {**environ, "CONTENT_TYPE": bare, "vault.refused_charset": refused}
        super().__init__(environ)


class VaultHandler(WSGIHandler):
    """Django's handler with our requests. Once others take over, each answer is the last on its connection."""

    request_class = VaultRequest

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return super().__call__(environ, _last_on(start_response) if is_leaving() else start_response)


def _last_on(start_response: Any) -> Any:
    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        return start_response(status, [*headers, ("Connection", "close")], *rest)

    return start


def vault_application() -> VaultHandler:
    """The application that a WSGI server calls, with Django set up and every route imported.

    What is there by then stays for the life of the process, so the garbage collector need not look at it again: that
    takes a tenth off the time of a request.
    """
    django.setup(set_prefix=False)
    settings.PLUGIN_HOST.gate.deadlines.leave_free(of_threads=int(os.environ.get(THREADS_VARIABLE, "1")))
    handler = VaultHandler()
    len(get_resolver().url_patterns)  # imports them
    # With its cryptography, which no other process needs, and this one with its first request.
    importlib.import_module("VaultPlatform.identity.tokens")
    settings.PLUGIN_HOST.tell_of_folders()
    gc.collect()
    gc.freeze()
    report_loaded()
    return handler


def _odd_charset(content_type: str) -> str | None:
    """The character set that is named, as Django reads the header, and that no text is read in here.

    A header that Django cannot read, such as a parameter in an encoding that there is not, is as good as an odd one.
    """
    try:
        _, parameters = parse_header_parameters(content_type)
    except (ValueError, LookupError):
        return "unreadable"
    charset = parameters.get("charset")
    return None if charset is None or _is_accepted(charset) else charset or "none"


def _is_accepted(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name in _ACCEPTED
    except (LookupError, ValueError):
        return False
