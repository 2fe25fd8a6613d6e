"""Hooks of the tests' own, and managers that know them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pluggy

from VaultPlatform.host.hook_guards import Tally, guarded
from VaultPlatform.host.hooks import PluginProxy, read_implementations
from VaultPlatform.host.manager import VaultPluginManager

hookspec = pluggy.HookspecMarker("vault")
hookimpl = pluggy.HookimplMarker("vault")


class Specs:
    @hookspec
    def on_thing(self, one: Any, two: Any) -> None: ...

    @hookspec
    def before_thing(self, one: Any) -> None: ...

    @hookspec
    def filter_text(self, text: str, language: str) -> None: ...

    @hookspec
    def collect_things(self) -> None: ...


@dataclass
class Gate:
    """Stands where the host stands: everything is on but `off`."""

    off: set[str] = field(default_factory=set)
    failures: list[tuple[str, str, str]] = field(default_factory=list)

    def is_on(self, name: str) -> bool:
        return name not in self.off

    def hook_failed(self, tally: Tally, error: BaseException) -> None:
        tally.errors += 1
        self.failures.append((tally.plugin, tally.hook, repr(error)))


def manager() -> VaultPluginManager:
    made = VaultPluginManager()
    made.add_hookspecs(Specs)
    return made


def proxy_of(instance: Any, *, to: VaultPluginManager, gate: Gate, name: str) -> PluginProxy:
    """The guarded proxy of an instance."""
    functions: dict[str, Callable[..., Any]] = {}
    for implementation in read_implementations(instance, manager=to):
        tally = Tally(plugin=name, hook=implementation.hook)
        functions[implementation.attribute] = guarded(implementation, tally=tally, gate=gate)
    return PluginProxy(instance=instance, functions=functions)


def registered(*instances: Any, gate: Gate | None = None) -> VaultPluginManager:
    """A manager with the instances registered as the host does it: guarded, the last one first."""
    made, gate = manager(), gate or Gate()
    for number, instance in reversed(list(enumerate(instances, start=1))):
        made.register(proxy_of(instance, to=made, gate=gate, name=f"p{number}"), name=f"p{number}")
    return made
