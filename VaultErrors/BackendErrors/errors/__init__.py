"""Errors with a status and a stable code: `errors.bad_request` (the caller's), `errors.server` (ours).

Raise one anywhere below a view; one handler turns it into ``{"msg", "code", "request_id"}``. The message is read by
the client, so it names what was wrong and what to do, and nothing internal.
"""

from VaultErrors.BackendErrors.errors import bad_request, server
from VaultErrors.BackendErrors.errors.base import VaultError

__all__ = ["VaultError", "bad_request", "server"]
