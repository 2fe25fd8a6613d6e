"""Which headers web pages of other origins may send and read, where `Base.cors_origins` lets them ask at all.

In a room without imports, because Django's settings read it.
"""

from typing import Final

REQUEST_HEADERS: Final = (
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "if-range",
    "org",
    "range",
    "x-request-id",
)
ANSWER_HEADERS: Final = (
    "Accept-Ranges",
    "Content-Disposition",
    "Content-Range",
    "ETag",
    "Retry-After",
    "X-Request-ID",
)
