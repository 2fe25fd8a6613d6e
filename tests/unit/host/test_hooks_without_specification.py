"""A hook that no file specifies reaches nobody; everything else about a missing hook stays an error."""

import pluggy
import pytest

from VaultPlatform.host.manager import VaultPluginManager

hookimpl = pluggy.HookimplMarker("vault")
hookspec = pluggy.HookspecMarker("vault")


class Specified:
    @hookspec
    def on_known(self, one):
        """A hook."""


class Implementation:
    @hookimpl
    def on_known(self, one):
        return one


@pytest.fixture
def manager():
    manager = VaultPluginManager()
    manager.add_hookspecs(Specified)
    manager.register(Implementation())
    return manager


def test_calling_one_is_answered_with_nothing(manager):
    assert manager.hook.before_anything(a=1, b=2) == []


def test_specified_hooks_are_called_as_ever(manager):
    assert manager.hook.on_known(one=1) == [1]


def test_a_name_that_is_no_hooks_is_an_error(manager):
    with pytest.raises(AttributeError):
        manager.hook.launch_missiles()


def test_asking_leaves_no_trace(manager):
    manager.hook.on_unknown()
    assert manager.hook_names() == ["on_known"]
    manager.check_pending()


def test_implementing_one_is_still_found_at_start(manager):
    class Misspelt:
        @hookimpl
        def on_knwon(self):
            """A slip."""

    manager.register(Misspelt())
    with pytest.raises(pluggy.PluginValidationError):
        manager.check_pending()


def test_it_can_be_specified_later(manager):
    assert manager.hook.on_late(one=1) == []

    class Late:
        @hookspec
        def on_late(self, one):
            """A hook."""

    class Hears:
        @hookimpl
        def on_late(self, one):
            return one

    manager.add_hookspecs(Late)
    manager.register(Hears())
    assert manager.hook.on_late(one=1) == [1]
