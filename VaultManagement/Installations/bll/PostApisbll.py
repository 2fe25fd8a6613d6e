"""Bringing plugins and taking them away, as steps of a run. What needs a reload is asked of the supervisor."""

from pathlib import Path
from typing import Any

from django.conf import settings

from Orchestrators.ContextManager import context_manager, external_step
from VaultManagement.Activations.bll.HelperFunctions import format_activation, refusals
from VaultPlatform.installing.asking import ask_for_uninstall, ask_for_update, place_of_server
from VaultPlatform.installing.installing import install, remove

INSTALLING = {"common": ["result", "result_status", "installed"]}
INSTALLED = {"common": ["installed"]}
ASKING = {"common": ["result", "result_status", "activation"]}


@external_step
@context_manager(get_contexts={}, set_contexts=INSTALLING)
def install_plugin_bll(orchestrator: Any, *, package: str) -> None:
    """Bring a plugin here, from the file `package`. Raises ValidationError, Conflict."""
    with refusals():
        made = install(Path(package), place=place_of_server(_home()))
    orchestrator.set_context_value("installed", made.name)
    answer = {"name": made.name, "version": made.version, "notes": list(made.notes)}
    orchestrator.set_context_value("result", answer)
    orchestrator.set_context_value("result_status", 201)


@external_step
@context_manager(get_contexts=INSTALLED, set_contexts={})
def rollback_install_plugin_bll(orchestrator: Any) -> None:
    """Take the plugin away again. Raises Conflict if it was switched on meanwhile."""
    if name := orchestrator.get_context_value("installed"):
        with refusals():
            remove(name, place=place_of_server(_home()))


@external_step
@context_manager(get_contexts={}, set_contexts=ASKING)
def update_plugin_bll(orchestrator: Any, *, package: str) -> None:
    """Have the supervisor put another version in place. Raises ValidationError, NotFound, Conflict."""
    with refusals():
        entry = ask_for_update(Path(package), home=_home())
    _accepted(orchestrator, entry)


@external_step
@context_manager(get_contexts={}, set_contexts=ASKING)
def uninstall_plugin_bll(orchestrator: Any, *, name: str, fate: Any) -> None:
    """Have the supervisor take a plugin away. Raises NotFound, Conflict."""
    with refusals():
        entry = ask_for_uninstall(name, fate, home=_home())
    _accepted(orchestrator, entry)


def _accepted(orchestrator: Any, entry: Any) -> None:
    orchestrator.set_context_value("activation", entry.id)
    orchestrator.set_context_value("result", format_activation(entry))
    orchestrator.set_context_value("result_status", 202)


def _home() -> Path:
    return Path(settings.VAULT_HOME)
