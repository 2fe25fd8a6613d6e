"""What the caller did wrong. The docstring of each says when it is meant."""

from VaultErrors.BackendErrors.errors.base import VaultError


class ValidationError(VaultError):
    """The request does not fit: a field is missing, malformed or out of range."""

    status = 400
    code = "validation_error"


class Unauthenticated(VaultError):
    """No token, or one that does not prove who is asking."""

    status = 401
    code = "unauthenticated"


class PermissionDenied(VaultError):
    """It is known who is asking, and that principal may not."""

    status = 403
    code = "permission_denied"


class NotFound(VaultError):
    """No such thing, or none that this principal may know of."""

    status = 404
    code = "not_found"


class MethodNotAllowed(VaultError):
    """The path exists and does not take this method."""

    status = 405
    code = "method_not_allowed"


class NotAcceptable(VaultError):
    """The representation that the client asks for cannot be made."""

    status = 406
    code = "not_acceptable"


class Conflict(VaultError):
    """The request does not fit the state the thing is in."""

    status = 409
    code = "conflict"


class PreconditionFailed(VaultError):
    """The thing is not in the state that the request's conditions name."""

    status = 412
    code = "precondition_failed"


class PayloadTooLarge(VaultError):
    """The body exceeds what the site accepts."""

    status = 413
    code = "payload_too_large"


class UnsupportedMediaType(VaultError):
    """The body is of a type that this endpoint does not read."""

    status = 415
    code = "unsupported_media_type"


class RangeNotSatisfiable(VaultError):
    """The requested byte range lies outside the content."""

    status = 416
    code = "range_not_satisfiable"


class IdempotencyMismatch(VaultError):
    """The idempotency key was used before with another body."""

    status = 422
    code = "idempotency_mismatch"


class Locked(VaultError):
    """Somebody holds a lock, or the thing is on legal hold."""

    status = 423
    code = "locked"


class TooManyRequests(VaultError):
    """The principal asked too often; `Retry-After` says when to come back."""

    status = 429
    code = "too_many_requests"
