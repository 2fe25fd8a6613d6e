"""Runs `RegisterOrchestrator.py` line by line, so that one line which fails never stops the others.

That file is edited by hand for plugins, which may be off, absent or broken when the site starts.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

MODULE = "Orchestrators.RegisterOrchestrator"
FUNCTION = "register_orchestrator"

OnError = Callable[[int, str, BaseException], object]


def load_registrations(*, on_error: OnError, module_name: str = MODULE) -> None:
    """Run the statements of that module, and then those in the body of its `register_orchestrator`.

    `on_error(line_number, source_line, exception)` is told of each statement that fails; the next one runs
    nevertheless. A file that is no Python at all is told likewise, and nothing of it runs.
    """
    module, path = _module(module_name)
    source = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(source, filename=str(path))
    except SyntaxError as error:
        on_error(error.lineno or 1, (error.text or "").strip(), error)
        return
    for statement in tree.body:
        _run(statement, vars(module), path=path, source=source, on_error=on_error)
    scope = dict(vars(module))
    for statement in _body_of_function(tree):
        _run(statement, scope, path=path, source=source, on_error=on_error)


def _module(name: str) -> tuple[ModuleType, Path]:
    """The module of that name, made but not run if nobody has imported it, and its file."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            f"{name} has no source file, where orchestrators are registered.", name=name
        )
    if (module := sys.modules.get(name)) is None:
        module = sys.modules[name] = module_from_spec(spec)
        parent, _, last = name.rpartition(".")
        setattr(importlib.import_module(parent), last, module)
    return module, Path(spec.origin)


def _body_of_function(tree: ast.Module) -> Iterator[ast.stmt]:
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == FUNCTION:
            yield from statement.body


def _run(statement: ast.stmt, scope: dict[str, Any], *, path: Path, source: str, on_error: OnError) -> None:
    try:
        exec(compile(ast.Module([statement], type_ignores=[]), str(path), "exec"), scope)  # noqa: S102  # nosec B102  # our own file
    except (Exception, SystemExit) as error:  # noqa: BLE001  # told to on_error
        text = ast.get_source_segment(source, statement) or ""
        on_error(statement.lineno, " ".join(text.split()), error)
