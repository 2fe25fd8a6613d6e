"""A plugin's hook implementations: read from its instance, checked against the specifications, wrapped for the call.

pluggy alone would find a misspelt hook late and a wrapper never: here each is an error of that plugin at start.
"""

import difflib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pluggy

from VaultPlatform.host.manager import NAMESPACE, VaultPluginManager
from VaultPlatform.host.status import StageError

hookimpl = pluggy.HookimplMarker(NAMESPACE)
#: pluggy's options that change who is called when, or let one plugin swallow another's outcome.
_REFUSED = ("wrapper", "hookwrapper", "tryfirst", "trylast")


@dataclass(frozen=True, kw_only=True)
class Implementation:
    """One hook implementation of a plugin: the bound `function`, found as `attribute`, of the hook `hook`."""

    attribute: str
    hook: str
    function: Callable[..., Any]


class PluginProxy:
    """What is registered with pluggy in a plugin's place: its hooks, guarded; everything else is the instance's."""

    def __init__(self, *, instance: object, functions: dict[str, Callable[..., Any]]) -> None:
        self._instance = instance
        self.__dict__.update(functions)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_instance"], name)

    def __repr__(self) -> str:
        return f"<plugin {type(self._instance).__name__}>"


def read_implementations(instance: object, *, manager: VaultPluginManager) -> list[Implementation]:
    """Return the hook implementations of a plugin's instance. Raises `StageError` on the first that does not fit."""
    found = []
    for attribute, options in _marked(instance, manager):
        where = f"{type(instance).__name__}.{attribute}"
        _check_options(where, options)
        hook = options.get("specname") or attribute
        if not manager.specified(hook):
            if options.get("optionalhook"):
                continue
            raise StageError(
                f"{where} implements the hook {hook}, which does not exist{manager.suggestion(hook)}"
            )
        function = getattr(instance, attribute)
        _check_function(where, function)
        _check_arguments(where, function, known=manager.arguments(hook))
        found.append(Implementation(attribute=attribute, hook=hook, function=function))
    return found


def implemented_names(instance: object, *, manager: VaultPluginManager) -> set[str]:
    """Return the names of the hooks that a plugin's instance implements, those included that nobody specifies now."""
    return {options.get("specname") or attribute for attribute, options in _marked(instance, manager)}


def unmarked(instance: object, *, manager: VaultPluginManager) -> list[str]:
    """Return notes on methods that are named like a hook and lack the decorator, so that they are never called."""
    marked = {attribute for attribute, _ in _marked(instance, manager)}
    candidates = [name for name in manager.hook_names() if name not in marked]
    names = [name for name in candidates if inspect.isfunction(inspect.getattr_static(instance, name, None))]
    return [f"{type(instance).__name__}.{name} lacks @hookimpl, so it is never called" for name in names]


def _marked(instance: object, manager: VaultPluginManager) -> Iterator[tuple[str, dict[str, Any]]]:
    for attribute in dir(instance):
        if attribute.startswith("__"):
            continue
        options = manager.parse_hookimpl_opts(instance, attribute)
        if options is not None:
            yield attribute, dict(options)
        else:
            _check_namespace(instance, attribute)


def _check_namespace(instance: object, attribute: str) -> None:
    static = inspect.getattr_static(instance, attribute, None)
    for mark, options in list(getattr(static, "__dict__", {}).items()):
        if mark.endswith("_impl") and isinstance(options, dict) and "hookwrapper" in options:
            namespace = mark.removesuffix("_impl")
            raise StageError(
                f'{type(instance).__name__}.{attribute} is marked for "{namespace}"; '
                f'write hookimpl = pluggy.HookimplMarker("{NAMESPACE}")'
            )


def _check_options(where: str, options: dict[str, Any]) -> None:
    used = [option for option in _REFUSED if options.get(option)]
    if used:
        raise StageError(
            f"{where} uses @hookimpl({used[0]}=True), which is refused: "
            "the order of calls is that of Base.active_plugins; remove the option"
        )


def _check_function(where: str, function: Callable[..., Any]) -> None:
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise StageError(f"{where} is an async def, which would never be awaited; write a plain def")
    if inspect.isgeneratorfunction(function):
        raise StageError(f"{where} contains a yield, so calling it would do nothing; write a plain function")


def _check_arguments(where: str, function: Callable[..., Any], *, known: tuple[str, ...]) -> None:
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.kind is parameter.KEYWORD_ONLY:
            if parameter.default is parameter.empty:
                raise StageError(
                    f"{where} takes {name} as keyword-only, which pluggy never passes; remove the *"
                )
        elif name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise StageError(f"{where} takes {name}, but the hook has ({', '.join(known)}){hint}")
