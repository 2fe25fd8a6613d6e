"""The workflows of core and plugins, as the registry has them."""

import functools
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from Orchestrators.OrchestratorRegistry import OrchestratorRegistry

#: Where ours are; tests register some of their own.
_OURS = ("Orchestrators.", "Plugins.")


def workflows() -> list[str]:
    """Every method with which something can be staged: `users.stage_create`."""
    return sorted(f"{name}.{method}" for name, cls in _classes() for method in _methods(cls))


@contextmanager
def calls(workflow: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The workflow's name, as often as it is called within the block."""
    called: list[str] = []
    name, _, method = workflow.partition(".")
    cls = dict(_classes())[name]
    stage = getattr(cls, method)

    @functools.wraps(stage)
    def counted(*args: Any, **kwargs: Any) -> Any:
        called.append(workflow)
        return stage(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(cls, method, counted)
        yield called


def _classes() -> Iterator[tuple[str, Any]]:
    for name in OrchestratorRegistry.names():
        cls: Any = OrchestratorRegistry._classes[name]
        if cls.__module__.startswith(_OURS):
            yield name, cls


def _methods(cls: type) -> list[str]:
    return [name for name, _ in inspect.getmembers(cls, inspect.isfunction) if not name.startswith("_")]
