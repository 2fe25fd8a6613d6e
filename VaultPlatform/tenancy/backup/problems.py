"""What is said when a backup cannot be made, or not be used."""

from VaultErrors.BackendErrors import errors
from VaultPlatform.tenancy.exceptions import TenancyError


class BackupFailed(TenancyError):
    """The backup, or the restoring of one, could not be carried through. Nothing of it is left."""


def unfit(what: str) -> errors.VaultError:
    """The answer to a backup that is sound, and not for here."""
    return errors.bad_request.ValidationError(f"The backup cannot be used: {what}. Nothing was changed.")


def damaged(what: str) -> errors.VaultError:
    """The answer to a backup that is not what it should be."""
    return unfit(f"{what}. Use another copy, or another backup")
