"""The plugin manager: pluggy's, with hook specifications read from folders and a call that chains a value."""

import difflib
import importlib
import inspect
import logging
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

import pluggy

NAMESPACE = "vault"
#: How the names of hooks begin, by kind.
KINDS = ("before_", "on_", "filter_", "collect_")

logger = logging.getLogger("vault.plugins")


class HookError(Exception):
    """A hook specification or a hook call is wrong; the message says which and what to write instead."""


class _Relay(pluggy.HookRelay):  # type: ignore[misc]  # pluggy forbids it to type checkers only
    """pluggy's relay, on which a hook that nobody specifies reaches nobody, instead of failing its caller.

    The specifications are files that a plugin's author may replace, or that went with a plugin that is off; the core
    and other plugins still call by name. Their own misspelt names are found by a test, and by the warning.
    """

    __slots__ = ("_at_work",)  # pluggy takes what is in __dict__ for hooks

    def __init__(self, at_work: list[str]) -> None:
        """`at_work` has an entry while pluggy itself asks, which is answered as pluggy would."""
        self._at_work = at_work

    def __getattr__(self, name: str) -> Any:
        if self._at_work or not name.startswith(KINDS):
            raise AttributeError(f"there is no hook {name}")
        _warn_of(name)
        return _nobody


class VaultPluginManager(pluggy.PluginManager):
    """pluggy's manager over the namespace "vault".

    `hook.<name>(**arguments)` calls every implementation in the order of `Base.active_plugins`.
    """

    def __init__(self) -> None:
        super().__init__(NAMESPACE)
        self._at_work: list[str] = []
        self.hook = _Relay(self._at_work)  # type: ignore[misc]  # declared final for type checkers; read when it is used

    def register(self, plugin: object, name: str | None = None) -> str | None:
        """Register the implementations of `plugin`. Raises what pluggy does."""
        with self._working("register"):
            return super().register(plugin, name)

    def add_hookspecs(self, module_or_class: Any) -> None:
        """Add the specifications of a class or module. Raises what pluggy does."""
        with self._working("add_hookspecs"):
            super().add_hookspecs(module_or_class)

    def add_specs(self, package: ModuleType) -> list[str]:
        """Add every class with hook specifications of the modules of `package`, and return the hooks' names.

        Raises `HookError` when a hook of that name is specified already; then none of them is added.
        """
        modules = [importlib.import_module(name) for name in _modules_of(package)]
        classes = [cls for module in modules for cls in _classes_of(module) if self.spec_names(cls)]
        names = [name for cls in classes for name in self.spec_names(cls)]
        for name in names:
            if names.count(name) > 1 or self.specified(name):
                raise HookError(
                    f"hook {name} is specified twice (again in {package.__name__}); rename one of them"
                )
        for cls in classes:
            self.add_hookspecs(cls)
        return names

    def spec_names(self, cls: type) -> list[str]:
        """Return the names of the hooks that `cls` specifies."""
        return [name for name in dir(cls) if self.parse_hookspec_opts(cls, name) is not None]

    def specified(self, name: str) -> bool:
        """Whether there is a hook specification of this name."""
        caller = vars(self.hook).get(name)
        return isinstance(caller, pluggy.HookCaller) and caller.has_spec()

    def arguments(self, name: str) -> tuple[str, ...]:
        """Return the argument names of the hook `name`, in order. Raises `HookError` when there is no such hook."""
        if not self.specified(name):
            raise HookError(f"there is no hook {name}{self.suggestion(name)}")
        spec = getattr(self.hook, name).spec
        return (*spec.argnames, *spec.kwargnames)

    def hook_names(self) -> list[str]:
        """Return the names of all specified hooks, sorted."""
        return sorted(name for name in vars(self.hook) if self.specified(name))

    def suggestion(self, name: str) -> str:
        """Return '; did you mean …?' with the hook nearest to `name`, or ''."""
        near = difflib.get_close_matches(name, self.hook_names(), n=1)
        return f"; did you mean {near[0]}?" if near else ""

    def filter(self, name: str, value: Any, **context: Any) -> Any:
        """Pass `value` through every implementation of the hook `name` and return what the last one gave.

        The first argument of the hook's specification is the value; each implementation gets what the one before
        returned. None means "unchanged". Parameters: `context`, the specification's other arguments, all of them.
        Raises `HookError` when the hook or its arguments are not those of the specification.
        """
        chained, *others = self.arguments(name)
        if set(context) != set(others):
            wanted = ", ".join(others) or "none"
            raise HookError(
                f"filter {name} takes besides the value: {wanted}; it got: {', '.join(context) or 'none'}"
            )
        for implementation in reversed(getattr(self.hook, name).get_hookimpls()):
            given = {**context, chained: value}
            optional = {argument: given[argument] for argument in implementation.kwargnames}
            changed = implementation.function(*[given[name] for name in implementation.argnames], **optional)
            if changed is not None:
                value = changed
        return value

    @contextmanager
    def _working(self, what: str) -> Iterator[None]:
        self._at_work.append(what)
        try:
            yield
        finally:
            self._at_work.pop()


def _nobody(**_: Any) -> list[Any]:
    return []


@cache
def _warn_of(name: str) -> None:
    logger.warning("hook %s is called, and no file in a Hooks/ folder specifies it: it reaches nobody", name)


def _modules_of(package: ModuleType) -> list[str]:
    paths = getattr(package, "__path__", None)
    if paths is None:
        raise HookError(f"{package.__name__} must be a folder of modules, one a noun")
    return sorted(f"{package.__name__}.{module.name}" for module in pkgutil.iter_modules(paths))


def _classes_of(module: ModuleType) -> list[type]:
    return [
        cls for _, cls in inspect.getmembers(module, inspect.isclass) if cls.__module__ == module.__name__
    ]
