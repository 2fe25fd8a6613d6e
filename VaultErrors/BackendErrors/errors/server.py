"""What the site could not do."""

from VaultErrors.BackendErrors.errors.base import VaultError


class InternalError(VaultError):
    """Something unforeseen; the log has it under the request id."""

    status = 500
    code = "internal_error"

    def __init__(self) -> None:
        super().__init__("Something went wrong on the server. Quote the request id when you report it.")


class Unavailable(VaultError):
    """A part that the request needs is not there now; trying again later is right."""

    status = 503
    code = "unavailable"

    def __init__(self, msg: str, *, retry_after: int = 5) -> None:
        super().__init__(msg, headers={"Retry-After": str(retry_after)})
