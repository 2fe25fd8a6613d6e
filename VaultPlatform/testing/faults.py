"""Faults on purpose: a step of a run, or a plugin's hook, raises where the test says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from Orchestrators.Faults import install_faults
from Plugins.plugin_manager import plugin_manager
from VaultPlatform.host.hook_guards import guarded
from VaultPlatform.host.hooks import Implementation
from VaultPlatform.host.tallies import Tally


class InjectedFault(Exception):
    """What a fault raises unless the test gives something else."""


class NothingFailed(AssertionError):
    """The block of a fault ended, and the place where it should have happened was never reached."""


class Faults:
    """Context managers; each says with an error when its fault never happened."""

    @contextmanager
    def step(self, number: int, *, after: bool = False, error: BaseException | None = None) -> Iterator[None]:
        """The step that is run as the `number`th in the block (1 is the first) raises instead of running.

        Parameters:
            after: it raises when it has done its work.
            error: what it raises; a `VaultError` is answered to the client, anything else as a general 500.
        """
        where, seen = "after step" if after else "before step", 0

        def at(moment: str) -> None:
            nonlocal seen
            seen += moment == where
            if moment == where and seen == number:
                raise error or InjectedFault(f"step {number} fails, for the test")

        install_faults(at)
        try:
            yield
        finally:
            install_faults(None)
        if seen < number:
            raise NothingFailed(f"There were {seen} steps, so step {number} could not fail.")

    @contextmanager
    def hook(self, name: str, *, plugin: str, error: BaseException | None = None) -> Iterator[None]:
        """The plugin's implementation of the hook `name` raises instead of running, inside of what contains it.

        Parameters: `error`, what it raises; a `VaultError` of a before_ hook is a veto.
        """
        calls = 0

        def fail(*_: Any, **__: Any) -> None:
            nonlocal calls
            calls += 1
            raise error or InjectedFault(f"{plugin}.{name} fails, for the test")

        found = _implementation(name, plugin)
        original = found.function
        found.function = _contained(fail, name=name, plugin=plugin)
        try:
            yield
        finally:
            found.function = original
        if not calls:
            raise NothingFailed(f"{name} of {plugin} was not called.")


def _implementation(name: str, plugin: str) -> Any:
    """The record that pluggy has of an implementation. Raises LookupError when the plugin has none."""
    known = getattr(plugin_manager.hook, name).get_hookimpls() if plugin_manager.specified(name) else []
    for each in known:
        if each.plugin_name == plugin:
            return each
    raise LookupError(f"{plugin} does not implement {name}, or is off.")


def _contained(function: Callable[..., Any], *, name: str, plugin: str) -> Callable[..., Any]:
    """The function in the host's own guard, which counts and logs it apart from the real one."""
    implementation = Implementation(attribute=name, hook=name, function=function)
    return guarded(implementation, tally=Tally(plugin=plugin, hook=name), gate=settings.PLUGIN_HOST.gate)
