"""What may be said of a plugin to those who do not run the machine."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from VaultPlatform.host import PluginStatus

_QUOTED = re.compile(r"(?P<quote>['\"])(?P<path>/[^'\"\n]+)(?P=quote)")
_BARE = re.compile(r"(?<![\w:/.'\"])(?P<path>/[^\s'\",;()\[\]<>]+)")


def without_machine_paths(text: str) -> str:
    """`text` with the paths of files of this machine shortened to the files' names; routes and addresses stay."""
    text = _QUOTED.sub(lambda found: f"{found['quote']}{_shortened(found['path'])}{found['quote']}", text)
    return _BARE.sub(lambda found: _shortened(found["path"]), text)


def format_plugin(status: PluginStatus) -> dict[str, Any]:
    """A plugin as it may be shown to anybody who may see plugins at all."""
    return {
        "name": status.name,
        "version": status.version,
        "title": status.title,
        "description": status.description,
        "author": status.author,
        "licence": status.licence,
        "homepage": status.homepage,
        "level": status.level,
        "requires": status.requires,
        "required_by": status.required_by,
        "state": status.state,
        "load_status": {
            "routes_registered": status.routes_registered,
            "stage": status.stage,
            "failure_reason": _reason(status),
            "waiting": status.waiting,
        },
    }


def _reason(status: PluginStatus) -> str | None:
    """Why it is not on; of an exception the class only, since its text may be anything, a secret as well."""
    if status.raised:
        return f"it raised {status.raised}; the operators of the site see what that says"
    return without_machine_paths(status.reason) if status.reason else None


def _shortened(path: str) -> str:
    place, separator, line = path.partition(":")
    return f"{Path(place).name}{separator}{line}" if _is_of_this_machine(place.split("/")[1]) else path


@cache  # checklist: allow cache-apart: the machine's folders are the same for all
def _is_of_this_machine(top_folder: str) -> bool:
    return bool(top_folder) and Path("/", top_folder).exists()
