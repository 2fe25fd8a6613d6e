"""The metaclass of every orchestrator: documented, and made by the registry alone."""

from __future__ import annotations

import functools
import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from Orchestrators.Errors import DirectInstantiation, UndocumentedOrchestrator

CLASS_SECTIONS = ("Description",)
METHOD_SECTIONS = ("Description", "Input", "Output")

_LABEL = re.compile(r"^[ \t]*(Description|Input|Output):", re.MULTILINE)


class BaseOrchestrator(type):
    """Use as `class XOrchestrator(metaclass=BaseOrchestrator)`, with an `__init__(self, orchestrator_obj)`.

    The class needs a docstring with a `Description:`, and each function of its body (`__init__`, static and
    class methods and properties included) one with `Description:`, `Input:` and `Output:`; none may be
    empty. Raises UndocumentedOrchestrator when the class is made, DirectInstantiation when it is called.
    """

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any
    ) -> BaseOrchestrator:
        """Make the class, once its documentation is complete."""
        caller = sys._getframe(1)  # noqa: SLF001  # the only way to the line of a class statement
        _require(
            namespace.get("__doc__"),
            CLASS_SECTIONS,
            what=f"Orchestrator class {name}",
            where=f"{caller.f_code.co_filename}:{caller.f_lineno}",
        )
        for function in (each for member in namespace.values() for each in _functions_of(member)):
            code = inspect.unwrap(function).__code__
            _require(
                function.__doc__,
                METHOD_SECTIONS,
                what=f"Method {name}.{function.__name__}",
                where=f"{code.co_filename}:{code.co_firstlineno}",
            )
        return super().__new__(mcs, name, bases, namespace, **kwargs)

    def __call__(cls, *_: Any, **__: Any) -> NoReturn:
        """Refuse: an instance belongs to a run, and the registry brings them together."""
        raise DirectInstantiation(
            f"{cls.__qualname__} was instantiated directly. Register it and get it with "
            "OrchestratorRegistry.get(name), or from another orchestrator with "
            "self.mainorchestrator.get_other_orchestrator(self, name)."
        )

    def bound_to(cls, run: Any) -> Any:
        """A new instance on that run; for the registry."""
        return super().__call__(run)


def _functions_of(member: Any) -> Iterator[Any]:
    """The functions behind one name of a class body."""
    if inspect.isfunction(member):
        yield member
    elif isinstance(member, staticmethod | classmethod):
        yield from _functions_of(member.__func__)
    elif isinstance(member, property):
        for accessor in (member.fget, member.fset, member.fdel):
            yield from _functions_of(accessor)
    elif isinstance(member, functools.cached_property):
        yield from _functions_of(member.func)


def missing_sections(docstring: str | None, sections: Sequence[str]) -> list[str]:
    """Those of `sections` that a docstring lacks, or has nothing in."""
    _, *parts = _LABEL.split(docstring or "")
    filled = {label for label, text in zip(parts[::2], parts[1::2], strict=True) if re.search(r"\w", text)}
    return [section for section in sections if section not in filled]


def _require(docstring: str | None, sections: Sequence[str], *, what: str, where: str) -> None:
    """Raise UndocumentedOrchestrator unless each section is there with something in it."""
    if missing := missing_sections(docstring, sections):
        raise UndocumentedOrchestrator(
            f"{what} ({where}) lacks {', '.join(f'{each}:' for each in missing)} in its docstring. Write "
            f"{', '.join(f'{each}:' for each in sections)} each at the start of a line, with what it says "
            "after it."
        )
