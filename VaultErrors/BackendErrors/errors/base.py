"""The base of every error that a client may see."""

from collections.abc import Mapping
from typing import ClassVar


class VaultError(Exception):
    """An error that is answered to the client as it stands.

    Parameters: `msg`, the sentence the client reads; `headers`, response headers that belong to the status
    (``Retry-After``, ``Content-Range``…).
    """

    #: HTTP status of the answer.
    status: ClassVar[int] = 500
    #: Stable machine-readable name; clients branch on it, so it never changes.
    code: ClassVar[str] = "internal_error"

    def __init__(self, msg: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(msg)
        self.msg = msg
        self.headers = dict(headers or {})
