"""What an answer must be that refuses because of the site's own trouble."""

from typing import Any

#: Nothing of these is a client's business.
INTERNAL = (
    "psycopg",
    "sqlite",
    "traceback",
    "operationalerror",
    "sqlstate",
    "insert ",
    "update ",
    "127.0.0.1",
    "/tmp",
)


def require_refusal(status: int, headers: Any, body: Any) -> None:
    """A client can read it and act upon it, and learns nothing internal."""
    assert (status, body["code"]) == (503, "unavailable"), (status, body)
    assert body["request_id"] and body["msg"].endswith(".") and int(headers["Retry-After"]) > 0
    assert not [word for word in INTERNAL if word in str(body).lower()], body
