"""Reading `plugin.yaml` as text, lists and mappings, and no more of YAML than that.

Each start reads the file of every plugin that is found, those of plugins that are off too, so none may stop it or hold
it up: there are no references, which make a few lines stand for millions, no tags, and no values but text.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

#: Bytes.
MAX_SIZE = 64 * 1024
#: Lists and mappings inside one another.
MAX_DEPTH = 20
#: libyaml's reader where PyYAML was built with it: it takes a tenth of the time.
_LOADER: type[yaml.BaseLoader] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class ManifestError(Exception):
    """A `plugin.yaml` cannot be used; its message names each key that is wrong."""


def read_file(path: Path, *, where: str) -> dict[str, Any]:
    """The mapping in a file; an empty one without a file, or without content.

    `where`: what messages call it. Raises ManifestError for whatever else is there.
    """
    try:
        if not path.is_file():
            return {}
        text = _text(path, where)
        _refuse_all_but_values(text, where)
        found = yaml.load(text, Loader=_LOADER)  # noqa: S506  # nosec B506  # it makes text, lists and dicts
    except yaml.MarkedYAMLError as error:
        raise ManifestError(_said_of(error, where)) from error
    except (yaml.YAMLError, ValueError) as error:
        said = " ".join(str(error).split()).replace(
            'in "<unicode string>", ', ""
        )  # what PyYAML calls any text
        raise ManifestError(f"{where} is not valid YAML: {said}") from error
    except OSError as error:
        raise ManifestError(f"{where} cannot be read: {error.strerror or error}") from error
    if found in (None, ""):
        return {}
    if not isinstance(found, dict):
        what = "list" if isinstance(found, list) else "text"
        raise ManifestError(f"{where} must be a mapping of keys, not a {what}")
    return found


def _said_of(error: yaml.MarkedYAMLError, where: str) -> str:
    place = f"{where}:{error.problem_mark.line + 1}" if error.problem_mark else where
    began = f" of line {error.context_mark.line + 1}" if error.context_mark else ""
    context = f", {error.context}{began}" if error.context else ""
    return f"{place} is not valid YAML: {error.problem}{context}"


def _text(path: Path, where: str) -> str:
    with path.open("rb") as file:
        content = file.read(MAX_SIZE + 1)
    if len(content) > MAX_SIZE:
        raise ManifestError(f"{where} is larger than {MAX_SIZE // 1024} KiB")
    return content.decode()


def _refuse_all_but_values(text: str, where: str) -> None:
    depth = 0
    event: Any  # their types leave out what some of them have
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise ManifestError(f"{where}:{line} has a reference (& or *); write out what it stands for")
        if getattr(event, "tag", None):
            raise ManifestError(f"{where}:{line} has a tag ({event.tag}); write the value alone")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise ManifestError(f"{where}:{line} is nested more than {MAX_DEPTH} deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
