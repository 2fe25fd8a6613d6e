"""How commands tell people what went wrong: one message instead of a traceback (which `--traceback` still shows)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import DatabaseError

from VaultErrors.BackendErrors import errors
from VaultPlatform.tenancy.exceptions import TenancyError


@contextmanager
def said_plainly() -> Iterator[None]:
    """Inside the block, what users and databases can cause is raised as CommandError."""
    try:
        yield
    except errors.VaultError as error:
        raise CommandError(error.msg) from error
    except TenancyError as error:
        raise CommandError(str(error)) from error
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        raise CommandError(
            f"The database answers: {reason}. Is it the one that the Database section of VaultSettings.json means, is"
            " it running, and has `migrate` been run?"
        ) from error
