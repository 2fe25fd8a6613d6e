"""Registering orchestrators at start: the lines of RegisterOrchestrator.py, then what plugins collect.

A line that fails is held against the plugin that it reaches for, if there is one; the others count all the same.
"""

import ast
import re
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from VaultPlatform.host.imports import PluginOff
from VaultPlatform.host.status import StageError

OnFailure = Callable[[str | None, int, BaseException], None]
_PLUGIN_NAME = re.compile(r"\bPlugins\.([A-Za-z_]\w*)")
_NO_PLUGINS = frozenset({"plugin_manager", "Hooks"})


class LineFailures:
    """The callback for `load_registrations`. Calls `on_failure(plugin or None, line number, exception)`."""

    def __init__(self, on_failure: OnFailure) -> None:
        self._on_failure = on_failure
        #: A name that a failed import line would have bound -> the plugin it is held against.
        self._unbound: dict[str, str | None] = {}

    def __call__(self, line_number: int, line: str, error: BaseException) -> None:
        """Attribute the failure of one line and pass it on; what only follows from an earlier one is left out."""
        if isinstance(error, NameError) and error.name in self._unbound:
            return
        plugin = plugin_behind(error, line)
        self._unbound.update(dict.fromkeys(_bound_by(line), plugin))
        self._on_failure(plugin, line_number, error)


def _bound_by(line: str) -> Iterator[str]:
    try:
        tree = ast.parse(line)
    except SyntaxError:
        return
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in statement.names)


def plugin_behind(error: BaseException, line: str) -> str | None:
    """Return the plugin that a failed registration line reaches for, None when there is none or more than one."""
    if isinstance(error, PluginOff):
        return error.plugin
    for text in (line, str(error), *_sources(error)):
        names: set[str] = set(_PLUGIN_NAME.findall(text)) - _NO_PLUGINS
        if len(names) == 1:
            return names.pop()
    return None


def _sources(error: BaseException) -> Iterator[str]:
    """Yield the text of each workflow file that the error passed through, the innermost first."""
    files = [Path(frame.filename) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        files.append(Path(error.filename))
    for file in reversed(files):
        if (
            file.parent.name.endswith("Orchestrators")
            and file.name != "RegisterOrchestrator.py"
            and file.is_file()
        ):
            yield file.read_text(encoding="utf-8", errors="replace")


def collected(collect: Callable[[], object]) -> dict[str, type]:
    """Return what a plugin's `collect_orchestrators` gives. Raises `StageError` when it is no mapping by name."""
    given = collect() or {}
    if not isinstance(given, dict) or not all(isinstance(name, str) for name in given):
        raise StageError(
            "collect_orchestrators must return a mapping of name to orchestrator class, "
            f"it returned {type(given).__name__}"
        )
    return given
