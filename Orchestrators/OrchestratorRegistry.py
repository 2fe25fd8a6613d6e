"""Orchestrators by name: the one way to get one, each time fresh and on a run."""

from __future__ import annotations

import difflib
import inspect
from threading import RLock
from typing import Any, ClassVar
from uuid import UUID

from Orchestrators.AbstractOrchestrators.BaseOrchestrator import BaseOrchestrator
from Orchestrators.Errors import RegistrationError, UnknownOrchestrator
from Orchestrators.MainOrchestrator import MainOrchestrator

MAIN = "main"


class OrchestratorRegistry:
    """Orchestrator classes by name. Safe to use from several threads."""

    _classes: ClassVar[dict[str, BaseOrchestrator]] = {}
    _lock: ClassVar[RLock] = RLock()

    @classmethod
    def register(cls, name: str, orchestrator_class: BaseOrchestrator) -> None:
        """Register a class under `name`; the same class again is fine.

        Raises RegistrationError if the name is taken by another class or reserved, or the class is none that
        the engine can use.
        """
        _require_usable(name, orchestrator_class)
        with cls._lock:
            known = cls._classes.setdefault(name, orchestrator_class)
        if known is not orchestrator_class:
            raise RegistrationError(
                f"{_described(orchestrator_class)} cannot be registered as {name!r}: that is "
                f"{_described(known)}. Choose another name, such as one that begins with the plugin's."
            )

    @classmethod
    def unregister(cls, name: str) -> None:
        """Take a name out again, as when its plugin failed to load; an unknown one is fine."""
        with cls._lock:
            cls._classes.pop(name, None)

    @classmethod
    def names(cls) -> list[str]:
        """Registered names, sorted."""
        with cls._lock:
            return sorted(cls._classes)

    @classmethod
    def get(cls, name: str) -> Any:
        """A fresh orchestrator of that name on a fresh run, its `.mainorchestrator`; "main" is the run.

        Raises UnknownOrchestrator if nothing is registered under `name`, RegistrationError if the class does
        not keep the run it is given.
        """
        return cls._on_run(name, MainOrchestrator(resolve=cls._on_run, name=name))

    @classmethod
    def restored(cls, name: str, *, id: UUID) -> MainOrchestrator:  # noqa: A002  # what it is
        """The main run of that id, without steps yet: for recovery, which knows what was staged."""
        return MainOrchestrator(resolve=cls._on_run, name=name, id=id)

    @classmethod
    def _on_run(cls, name: str, run: MainOrchestrator) -> Any:
        """The orchestrator of that name, bound to `run`."""
        if name == MAIN:
            return run
        with cls._lock:
            orchestrator_class = cls._classes.get(name)
        if orchestrator_class is None:
            raise UnknownOrchestrator(_unknown(name, cls.names()))
        orchestrator = orchestrator_class.bound_to(run)
        if getattr(orchestrator, "mainorchestrator", None) is not run:
            raise RegistrationError(
                f"{_described(orchestrator_class)} does not keep its run. "
                "Its __init__(self, orchestrator_obj) sets self.mainorchestrator = orchestrator_obj."
            )
        return orchestrator


def _require_usable(name: Any, orchestrator_class: Any) -> None:
    if not isinstance(name, str) or not name or name == MAIN:
        raise RegistrationError(
            f"{_described(orchestrator_class)} cannot be registered as {name!r}: a name is a non-empty "
            f"string other than {MAIN!r}, which is the main run."
        )
    if not isinstance(orchestrator_class, BaseOrchestrator):
        raise RegistrationError(
            f"{orchestrator_class!r} cannot be registered as {name!r}: it is no orchestrator class. "
            "Declare it as class X(metaclass=BaseOrchestrator) and pass the class."
        )
    initialiser = orchestrator_class.__init__  # type: ignore[misc]  # of the class, no subclass is meant
    try:
        inspect.signature(initialiser).bind(None, None)
        fits = initialiser is not object.__init__
    except TypeError:
        fits = False
    if not fits:
        raise RegistrationError(
            f"{_described(orchestrator_class)} cannot be registered as {name!r}: it is made with one "
            "argument, the run. Give it an __init__(self, orchestrator_obj)."
        )


def _described(orchestrator_class: Any) -> str:
    module, name = (getattr(orchestrator_class, each, None) for each in ("__module__", "__qualname__"))
    return f"{module}.{name}" if module and name else repr(orchestrator_class)


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=3)
    hint = f"Did you mean {' or '.join(repr(each) for each in near)}? " if near else ""
    return (
        f"No orchestrator is registered as {name!r}. {hint}Registered: {', '.join(known) or 'none'}. Each is "
        "registered by a line in Orchestrators/RegisterOrchestrator.py or by its plugin, if that is on."
    )
