"""What bll functions and orchestrator methods are decorated with: their context keys, their kind of step."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ParamSpec, TypeVar

from Orchestrators.Errors import DeclarationError
from Orchestrators.Frames import Buckets, Keys
from Orchestrators.MainOrchestrator import DECLARATION, MainOrchestrator
from Orchestrators.Steps import db_step, external_step, name_of, signature_of

__all__ = ["context_manager", "db_step", "external_step"]

P = ParamSpec("P")
R = TypeVar("R")
Contexts = Mapping[str, Iterable[str]] | Callable[..., Mapping[str, Iterable[str]]] | None


class Declaration:
    """What one decorated function declares, whatever arguments it is called with."""

    def __init__(self, function: Callable[..., Any], *, gets: Contexts, sets: Contexts, synced: bool) -> None:
        """Raises DeclarationError for contexts that are neither a dict of buckets nor callable."""
        self._function, self._synced = function, synced
        self._gets = gets if callable(gets) else _checked(function, "get_contexts", gets or {})
        self._sets = sets if callable(sets) else _checked(function, "set_contexts", sets or {})
        self._fixed = (
            None if callable(self._gets) or callable(self._sets) else self._keys(self._gets, self._sets)
        )

    def keys(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Keys:
        """The keys of this call. Raises DeclarationError if a callable makes no buckets of its arguments."""
        if self._fixed is not None:
            return self._fixed
        arguments = _arguments(self._function, args, kwargs)
        return self._keys(
            self._called(self._gets, arguments, "get_contexts"),
            self._called(self._sets, arguments, "set_contexts"),
        )

    def _called(self, declared: Any, arguments: dict[str, Any], where: str) -> Any:
        if not callable(declared):
            return declared
        return _checked(self._function, where, _call_with(declared, arguments, self._function, where))

    def _keys(self, gets: Any, sets: Any) -> Keys:
        return Keys(function=name_of(self._function), gets=gets, sets=sets, synced=self._synced)


def context_manager(
    *, get_contexts: Contexts = None, set_contexts: Contexts = None, sync_with_parent_context: bool = True
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare which context keys a function reads and writes; anything else is refused while it runs.

    Decorates functions whose first argument is the run, and methods of objects with a `.mainorchestrator`.
    `get_contexts`, `set_contexts`: {"common": [keys], "<key>": [keys while that context value is truthy],
    "else": [keys while none of those is]}, or a callable that returns such a dict and gets the call's bound
    arguments: all with `**kwargs`, else those it names. What a function may write it may also read.
    `sync_with_parent_context`: its keys must be within those of the decorated function that calls it, or of
    the method that stages it.
    Raises DeclarationError for anything else, at once, and UndeclaredContextKey when the function runs.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        _refuse_unfit(function)
        declaration = Declaration(
            function, gets=get_contexts, sets=set_contexts, synced=sync_with_parent_context
        )

        @functools.wraps(function)
        def within_frame(*args: P.args, **kwargs: P.kwargs) -> R:
            run = _run_of(function, args, kwargs)
            run.frames.enter(declaration.keys(args, kwargs))
            try:
                return function(*args, **kwargs)
            finally:
                run.frames.leave()

        setattr(within_frame, DECLARATION, declaration)
        return within_frame

    return decorate


def _refuse_unfit(function: Any) -> None:
    if not inspect.isfunction(function):
        raise DeclarationError(
            f"@context_manager decorates {function!r}, which is no function. "
            "Put it below @staticmethod, @classmethod or @property."
        )
    if (
        inspect.iscoroutinefunction(function)
        or inspect.isgeneratorfunction(function)
        or inspect.isasyncgenfunction(function)
    ):
        raise DeclarationError(
            f"@context_manager decorates {name_of(function)}, whose body runs after the call has returned. "
            "Make it a plain function that returns when its work is done."
        )


def _checked(function: Callable[..., Any], where: str, contexts: Any) -> Buckets:
    if not isinstance(contexts, Mapping):
        raise DeclarationError(
            f"{where} of {name_of(function)} is {contexts!r}. "
            'Give a dict of buckets, such as {"common": ["result", "result_status"]}.'
        )
    return {bucket: _keys_in(function, where, bucket, keys) for bucket, keys in contexts.items()}


def _keys_in(function: Callable[..., Any], where: str, bucket: Any, keys: Any) -> frozenset[str]:
    listed: list[Any] = list(keys) if isinstance(keys, list | tuple | set | frozenset) else [None]
    if not isinstance(bucket, str) or not all(isinstance(key, str) for key in listed):
        raise DeclarationError(
            f"{where} of {name_of(function)} has {keys!r} in bucket {bucket!r}. "
            'A bucket is named by a string and lists context keys: {"common": ["result"]}.'
        )
    return frozenset(listed)


def _run_of(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> MainOrchestrator:
    """The run of this call: its first argument, or that argument's `.mainorchestrator`."""
    first = args[0] if args else next(iter(_arguments(function, args, kwargs).values()), None)
    run = getattr(first, "mainorchestrator", first)
    if not isinstance(run, MainOrchestrator):
        raise DeclarationError(
            f"{name_of(function)} was called with {first!r} as its first argument, which is neither a run "
            "nor an "
            'object with one as .mainorchestrator. Get one with OrchestratorRegistry.get("main").'
        )
    return run


def _arguments(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """The call's arguments by name, defaults included, the function's own `**kwargs` among them."""
    signature = inspect.signature(function)
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    named = dict(bound.arguments)
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            named |= named.pop(parameter.name)
    return named


def _call_with(
    declared: Callable[..., Any], arguments: dict[str, Any], function: Callable[..., Any], where: str
) -> Any:
    signature = signature_of(declared)
    parameters = signature.parameters.values() if signature else ()
    named = {each.name for each in parameters}
    if any(each.kind is each.VAR_KEYWORD for each in parameters):
        named |= set(list(arguments)[1:])  # the run, or self, only if it is asked for by name
    chosen = {name: value for name, value in arguments.items() if name in named}
    missing = [
        each.name
        for each in parameters
        if each.default is each.empty
        and each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
        and each.name not in chosen
    ]
    if missing:
        raise DeclarationError(
            f"{where} of {name_of(function)} is {name_of(declared)}, which asks for {', '.join(missing)}; "
            f"the function's arguments are {', '.join(arguments) or 'none'}."
        )
    return declared(**chosen)
