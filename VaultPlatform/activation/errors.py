"""Why plugins were not switched: every text is for the person who asked."""

from collections.abc import Mapping


class ActivationError(Exception):
    """Nothing was switched. Its text says why, and what to do."""

    def __init__(self, message: str, *, reasons: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        #: Plugin -> the host's own reason, where a plugin is the cause.
        self.reasons = dict(reasons or {})


class Refused(ActivationError):
    """It was refused before anything was changed."""


class Unknown(Refused):
    """There is no plugin of that name."""


class BadPackage(Refused):
    """What was brought is no plugin that could be installed."""


class Undone(ActivationError):
    """Something failed on the way, and everything was put back as it was."""


class RowsLost(ActivationError):
    """Something failed on the way, and rows may be gone that were there before. Its text names the organisations."""


class Stopped(Exception):
    """A signal asked the activation to end."""
