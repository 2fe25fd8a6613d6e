"""What browsers and proxies are told with each answer, and what is believed of what proxies tell.

A view that sets one of these headers itself keeps its own.
"""

from typing import Final

from django.http import HttpRequest, HttpResponseBase

from VaultPlatform.web.addresses import from_trusted_proxy
from VaultPlatform.web.request_ids import Next

#: Headers that only a trusted proxy may send; of anybody else they are as good as not sent.
_PROXYS_WORD: Final = tuple(
    f"HTTP_{name}"
    for name in (
        "FORWARDED",
        "X_FORWARDED_FOR",
        "X_FORWARDED_HOST",
        "X_FORWARDED_PORT",
        "X_FORWARDED_PROTO",
        "X_REAL_IP",
    )
)
_DEFAULTS: Final = {
    # An answer is data: nothing in it is run, framed, or kept by anything on the way.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class ProxyMiddleware:
    """Drops what a client says in a proxy's name, so that nothing behind it can believe it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        told = [name for name in _PROXYS_WORD if name in request.META]
        if told and not from_trusted_proxy(request):
            for name in told:
                del request.META[name]
        return self.get_response(request)


class HeadersMiddleware:
    """Adds the headers that every answer has, those of errors and static files included."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in _DEFAULTS.items():
            response.headers.setdefault(name, value)
        return response
