"""Which functions a function calls, as far as names tell: of its own file, its class, and the plugin's other files."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from VaultPlatform.checklist.reading import Function, calls, dotted, methods
from VaultPlatform.checklist.source import Module
from VaultPlatform.checklist.subject import Subject


class Place(NamedTuple):
    """A function, the file that it is in, and its class if it has one."""

    module: Module
    function: Function
    owner: ast.ClassDef | None = None


def reached(subject: Subject, start: Place) -> Iterator[Place]:
    """`start`, and all functions of the subject that it calls, and that those call; each once."""
    waiting, seen = [start], set[int]()
    while waiting:
        place = waiting.pop()
        if id(place.function) in seen:
            continue
        seen.add(id(place.function))
        yield place
        found = (_called(subject, place, dotted(call.func)) for call in calls(place.function))
        waiting += [each for each in found if each is not None]


def _called(subject: Subject, place: Place, name: str) -> Place | None:
    """The function that a call of `name` inside `place` reaches; None if it is none of the subject's."""
    first, _, rest = name.partition(".")
    if first in {"self", "cls"} and place.owner is not None:
        found = next((each for each in methods(place.owner) if each.name == rest), None)
        return Place(place.module, found, place.owner) if found else None
    if not rest and first in place.module.functions:
        return Place(place.module, place.module.functions[first])
    for each in place.module.imports:
        if each.bound == first and (found_there := _imported(subject, f"{each.target}.{rest}".rstrip("."))):
            return found_there
    return None


def _imported(subject: Subject, target: str) -> Place | None:
    module_name, _, name = target.rpartition(".")
    module = subject.named(module_name)
    if module is None or name not in module.functions:
        return None
    return Place(module, module.functions[name])
