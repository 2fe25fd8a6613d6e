"""What hooks were called and which events told, while a test ran."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import transaction

from Orchestrators.Journal import current_delivery, install_delivery
from Orchestrators.MainOrchestrator import MainOrchestrator
from Plugins.plugin_manager import plugin_manager


@dataclass(frozen=True, kw_only=True)
class Call:
    """A hook that was called, an event of a run that was committed, or a plugin that was told of one."""

    hook: str
    arguments: Mapping[str, Any]
    #: "call": by plugin_manager; "event": queued by a run that was committed; "heard": one plugin was told of an event.
    how: Literal["call", "event", "heard"]
    #: The plugin that was told, of "heard"; else "".
    plugin: str = ""


@dataclass(kw_only=True)
class CapturedHooks:
    """All calls, in their order."""

    calls: list[Call] = field(default_factory=list)

    def arguments(self, hook: str) -> list[dict[str, Any]]:
        """With which arguments the hook was called or its event told, each time."""
        return [dict(each.arguments) for each in self.calls if each.hook == hook and each.how != "heard"]

    def heard_by(self, hook: str) -> list[str]:
        """The plugins that were told of events of this name, each time."""
        return [each.plugin for each in self.calls if each.hook == hook and each.how == "heard"]

    def clear(self) -> None:
        """Forget what was captured so far."""
        self.calls.clear()


@dataclass(frozen=True, kw_only=True)
class _Listening:
    """The delivery in force, and what it is asked to deliver."""

    delivery: Any
    captured: CapturedHooks

    def listeners(self, hook_name: str) -> Sequence[str]:
        listeners: Sequence[str] = self.delivery.listeners(hook_name)
        return listeners

    def deliver(self, listener: str, hook_name: str, kwargs: Mapping[str, Any]) -> None:
        self.captured.calls.append(Call(hook=hook_name, arguments=dict(kwargs), how="heard", plugin=listener))
        self.delivery.deliver(listener, hook_name, kwargs)


@contextmanager
def capturing() -> Iterator[CapturedHooks]:
    """Capture what happens in the block, in this process."""
    captured = CapturedHooks()
    before = current_delivery()
    with ExitStack() as stack:
        stack.callback(plugin_manager.add_hookcall_monitoring(_noting(captured), lambda *_: None))
        install_delivery(_Listening(delivery=before, captured=captured))
        stack.callback(install_delivery, before)
        stack.enter_context(_committed(captured))
        stack.enter_context(_filters(captured))
        yield captured


def _noting(captured: CapturedHooks) -> Any:
    def note(hook_name: str, _implementations: Any, kwargs: Mapping[str, Any]) -> None:
        captured.calls.append(Call(hook=hook_name, arguments=dict(kwargs), how="call"))

    return note


@contextmanager
def _committed(captured: CapturedHooks) -> Iterator[None]:
    """Note the events of each run that ends well, before they are delivered."""
    tell_ended = MainOrchestrator.tell_ended

    def telling(run: MainOrchestrator, *args: Any) -> Any:
        told = [Call(hook=each.hook_name, arguments=dict(each.kwargs), how="event") for each in run.events]
        transaction.on_commit(lambda: captured.calls.extend(told))
        return tell_ended(run, *args)

    with _replaced(MainOrchestrator, "tell_ended", telling):
        yield


@contextmanager
def _filters(captured: CapturedHooks) -> Iterator[None]:
    """Note filters, which are not called by pluggy: the value is under the argument's own name."""
    manager = type(plugin_manager)
    filtered = manager.filter

    def filtering(self: Any, name: str, value: Any, **context: Any) -> Any:
        arguments = {self.arguments(name)[0]: value, **context}
        captured.calls.append(Call(hook=name, arguments=arguments, how="call"))
        return filtered(self, name, value, **context)

    with _replaced(manager, "filter", filtering):
        yield


@contextmanager
def _replaced(owner: type, name: str, function: Any) -> Iterator[None]:
    original = getattr(owner, name)
    setattr(owner, name, function)
    try:
        yield
    finally:
        setattr(owner, name, original)
