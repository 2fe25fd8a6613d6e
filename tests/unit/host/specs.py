"""Hooks of the tests' own, and managers that know them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pluggy

from VaultPlatform.host.deadlines import Call, Deadlines
from VaultPlatform.host.hook_guards import guarded
from VaultPlatform.host.hooks import PluginProxy, read_implementations
from VaultPlatform.host.manager import VaultPluginManager
from VaultPlatform.host.tallies import Tally

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
    tallies: list[Tally] = field(default_factory=list)
    #: Of implementations alone, of plugins that are on.
    switched_off: set[tuple[str, str]] = field(default_factory=set)
    overdue: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 5.0
    deadlines: Deadlines = field(init=False)

    def __post_init__(self) -> None:
        self.last: tuple[Any, float, Any] = (None, float("-inf"), frozenset())
        self.deadlines = Deadlines(
            seconds=self.seconds,
            told=lambda call, where: self.overdue.append((call[1].hook, where)),
            changed=lambda: None,
        )

    def tally(self, plugin: str, hook: str) -> Tally:
        self.tallies.append(Tally(plugin=plugin, hook=hook))
        return self.tallies[-1]

    def is_on(self, name: str) -> bool:
        return name not in self.off

    def off_in(self, _entered: Any) -> frozenset[tuple[str, str]]:
        off = {(each.plugin, each.hook) for each in self.tallies if each.plugin in self.off}
        return frozenset(off | self.switched_off | self.deadlines.hanging)

    def hook_failed(self, call: Call, error: BaseException) -> None:
        _, tally, entered, _ = call
        tally.failed(error, entered)
        self.failures.append((tally.plugin, tally.hook, repr(error)))


def manager() -> VaultPluginManager:
    made = VaultPluginManager()
    made.add_hookspecs(Specs)
    return made


def proxy_of(instance: Any, *, to: VaultPluginManager, gate: Any, name: str) -> PluginProxy:
    """The guarded proxy of an instance."""
    functions: dict[str, Callable[..., Any]] = {}
    for implementation in read_implementations(instance, manager=to):
        tally = gate.tally(name, implementation.hook)
        functions[implementation.attribute] = guarded(implementation, tally=tally, gate=gate)
    return PluginProxy(instance=instance, functions=functions)


def registered(*instances: Any, gate: Gate | None = None) -> VaultPluginManager:
    """A manager with the instances registered as the host does it: guarded, the last one first."""
    made, gate = manager(), gate or Gate()
    for number, instance in reversed(list(enumerate(instances, start=1))):
        made.register(proxy_of(instance, to=made, gate=gate, name=f"p{number}"), name=f"p{number}")
    return made
