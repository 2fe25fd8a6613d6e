"""Where a plugin's failure at loading stops: nothing but KeyboardInterrupt leaves `stage()`.

`sys.exit()` inside a plugin's module is a failure like another; the reason names the plugin's own file and line.
"""

import logging
import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import ENVIRONMENT_VARIABLE
from django.core.exceptions import AppRegistryNotReady, ImproperlyConfigured
from pydantic import ValidationError

from VaultPlatform.config import SettingsError
from VaultPlatform.host.imports import PluginOff
from VaultPlatform.host.manager import HookError
from VaultPlatform.host.manifest import ManifestError
from VaultPlatform.host.status import PluginRecord, Stage, StageError

logger = logging.getLogger("vault.plugins")
#: Errors whose text is the reason as it stands.
_TEACHING = (StageError, ManifestError, SettingsError, HookError, PluginOff)
#: Characters of a reason; the whole text is in the traceback.
_LONGEST = 600


@contextmanager
def stage(record: PluginRecord, name: Stage, *, undo: Callable[[PluginRecord], None]) -> Iterator[None]:
    """Run the block as the stage `name` of the plugin; on failure mark it failed, call `undo` and go on behind."""
    try:
        yield
    except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever a plugin does
        fail(record, name, error, undo=undo)


@contextmanager
def before_django() -> Iterator[None]:
    """Keep the block from Django's settings and models: they are being made, and what was read now would stay wrong.

    REST framework, for one, takes its defaults when it is first imported. Raises `StageError` at the attempt.
    """
    module = os.environ.pop(ENVIRONMENT_VARIABLE, None)
    try:
        yield
    except (ImproperlyConfigured, AppRegistryNotReady) as error:
        if isinstance(error, ImproperlyConfigured) and "settings are not configured" not in str(error):
            raise
        raise StageError(
            "it needs Django's settings or models while it is being imported, which is too early for __init__.py, "
            f"config.py and apps.py; import what needs them where it is used: {error}"
        ) from error
    finally:
        if module is not None:
            os.environ[ENVIRONMENT_VARIABLE] = module


def fail(
    record: PluginRecord, name: Stage, error: BaseException, *, undo: Callable[[PluginRecord], None]
) -> None:
    """Mark the plugin as failed at stage `name` because of `error`, undo what it registered, and log it."""
    if record.state == "failed":
        return
    record.state = "absent" if name is Stage.DISCOVER and record.source is None else "failed"
    record.stage = name
    record.reason = reason_of(error, record=record)
    record.raised = None if isinstance(error, _TEACHING) else type(error).__name__
    record.traceback = "".join(traceback.format_exception(error))
    undo(record)
    extra = {"plugin": record.name, "stage": str(name)}
    level = logging.WARNING if record.state == "absent" else logging.ERROR
    logger.log(level, "plugin %s did not load: stage %s: %s", record.name, name, record.reason, extra=extra)


def reason_of(error: BaseException, *, record: PluginRecord) -> str:
    """Return what went wrong in one line: the host's own words, or the exception with the plugin's file and line."""
    if isinstance(error, SystemExit):
        what = f"it called sys.exit({error.code!r})"
    elif isinstance(error, _TEACHING):
        what = str(error)
    elif isinstance(error, ValidationError):
        what = f"{type(error).__name__}: {_without_input(error)}"
    else:
        what = f"{type(error).__name__}: {error}".removesuffix(": ")
    what = " ".join(what.split())[:_LONGEST]
    place = _place(error.__cause__ or error, record.folder) if record.folder else None
    return f"{what} ({place})" if place else what


def _without_input(error: ValidationError) -> str:
    """What pydantic says, but for the values that it was given: one may be a secret."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    told = [(".".join(map(str, each["loc"])), each["msg"]) for each in found]
    return f"{error.title}: " + "; ".join(f"{place}: {message}".removeprefix(": ") for place, message in told)


def _place(error: BaseException, folder: Path) -> str | None:
    """Return "Name/file.py:line" of the innermost frame (or syntax error) inside the plugin's folder."""
    frames = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno))
    for filename, line in reversed(frames):
        path = Path(filename)
        if path.is_relative_to(folder):
            return f"{path.relative_to(folder.parent)}:{line}"
    return None
