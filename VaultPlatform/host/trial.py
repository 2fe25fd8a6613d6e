"""A process whose only task is to load plugins, so that another one learns what becomes of it: a trial.

It says where it is before each stage of a plugin begins, since a plugin may hang or end it, and it is strict: see
`VaultPlatform.host.surroundings`. Without a trial nothing of this happens.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from VaultPlatform.host.left_out import LeftOut, read_left_out


@dataclass(kw_only=True)
class Trial:
    """What is tried, and what came of it."""

    #: The file that names the plugin, the stage and the plugin's folder while a stage runs.
    at: Path
    left_out: dict[str, LeftOut]
    #: Whether a plugin that leaves something behind in the process is refused.
    strict: bool
    #: Plugin -> stage and reason of those refused for that: an ordinary process would have them.
    unfit: dict[str, list[str]] = field(default_factory=dict)


_trials: list[Trial] = []


def begin(trial: Trial) -> None:
    """Have this process be a trial; before the settings are read."""
    _trials[:] = [trial]


def trial() -> Trial | None:
    """That of this process, if it is one."""
    return _trials[0] if _trials else None


def left_out(home: Path) -> dict[str, LeftOut]:
    """What this process has to do without: as the trial says, else as it is known in the folder `home`."""
    return _trials[0].left_out if _trials else read_left_out(home)


@contextmanager
def announced(plugin: str, stage: str, folder: Path | None) -> Iterator[None]:
    """Say that a stage begins; behind it, that none does any more."""
    if not _trials:
        yield
        return
    at = _trials[0].at
    _write(at, json.dumps([plugin, stage, str(folder or "")]))
    try:
        yield
    finally:
        _write(at, "")


def _write(file: Path, text: str) -> None:
    with suppress(OSError):  # whatever a plugin has done to this process
        file.write_text(text)
