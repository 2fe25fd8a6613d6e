"""The files in which processes of the site write down what hook implementations did in them.

Each process has one of its own in the folder of its generation, and replaces it as a whole. Where a process has ended,
the supervisor adds its counts to those of all that have ended, so that sums do not go backwards; how long its calls
took is forgotten with it. All of it ends with the supervisor. Standard library only.
"""

import contextlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from VaultPlatform.serving.hook_stats import HookStats, from_json, summed

_SUFFIX = ".hooks"
#: Below the folder of all generations.
_ENDED = Path("ended", f"all{_SUFFIX}")
#: Names of so many files that were added up last are known, for a reader that has read one before it was.
_NAMES = 1000


@dataclass(frozen=True, kw_only=True)
class _Ended:
    """What the processes that have ended did, and the names that their files had."""

    names: Sequence[str] = ()
    stats: Sequence[HookStats] = ()


def new_name() -> str:
    """A name for this process's file. No other one ever has it, as it may have this one's id."""
    return f"{os.getpid()}-{uuid4().hex}{_SUFFIX}"


def write(path: Path, stats: Iterable[HookStats]) -> None:
    """Write them down; whoever reads meanwhile sees all of it or what was there before. Raises OSError."""
    _replace(path, [each.as_json() for each in stats])


def read_all(folder: Path, *, but: str = "") -> list[HookStats]:
    """The sums over all processes of the site, those that have ended as well, without the one whose file is `but`.

    Parameters: `folder`, that of all generations.
    """
    files = {path.name: _read(path) for path in sorted(folder.glob(f"*-[0-9]*/*{_SUFFIX}"))}
    ended = _read_ended(
        folder
    )  # after the files: what was added up meanwhile is in one of both, and counted once
    counted = {but, *ended.names}
    return summed(
        [*ended.stats, *(each for name, stats in files.items() if name not in counted for each in stats)]
    )


def add_up_ended(generation: Path, *, all_have: bool = False) -> None:
    """Have the files of processes that have ended be one, for all generations. The supervisor alone calls it.

    Parameters: `all_have`, whether none of the generation's processes runs any more.
    """
    paths = [path for path in sorted(generation.glob(f"*{_SUFFIX}")) if all_have or not _runs(path)]
    if not paths:
        return
    folder = generation.parent
    before = _read_ended(folder)
    stats = summed([*before.stats, *(each.without_times() for path in paths for each in _read(path))])
    names = [*before.names, *(path.name for path in paths)][-_NAMES:]
    with contextlib.suppress(OSError):  # such as a disk that is full: later, then
        (folder / _ENDED).parent.mkdir(mode=0o700, exist_ok=True)
        _replace(folder / _ENDED, {"names": names, "stats": [each.as_json() for each in stats]})
        for path in paths:
            path.unlink(missing_ok=True)


def _runs(path: Path) -> bool:
    try:
        os.kill(int(path.name.partition("-")[0]), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, ValueError):
        pass
    return True


def _replace(path: Path, content: Any) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(content))
    draft.replace(path)


def _read(path: Path) -> list[HookStats]:
    """What is in a file; nothing of one that is gone, or is not ours."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        return [from_json(each) for each in json.loads(path.read_bytes())]
    return []


def _read_ended(folder: Path) -> _Ended:
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        said = json.loads((folder / _ENDED).read_bytes())
        return _Ended(names=list(said["names"]), stats=[from_json(each) for each in said["stats"]])
    return _Ended()
