"""Asking for an activation, as a step of a run. A process beside the site does it: it outlives the reload."""

from pathlib import Path
from typing import Any

from django.conf import settings

from Orchestrators.ContextManager import context_manager, external_step
from VaultManagement.Activations.bll.HelperFunctions import format_activation, refusals
from VaultPlatform.activation.asking import ask_for_switch, withdraw

ACCEPTED = {"common": ["result", "result_status", "activation"]}
ASKED = {"common": ["activation"]}


@external_step
@context_manager(get_contexts={}, set_contexts=ACCEPTED)
def switch_plugin_bll(orchestrator: Any, *, action: str, name: str, along: bool) -> None:
    """Have the supervisor switch a plugin on or off. Raises NotFound, Conflict."""
    with refusals():
        entry = ask_for_switch(action, name, home=Path(settings.VAULT_HOME), along=along)
    orchestrator.set_context_value("activation", entry.id)
    orchestrator.set_context_value("result", format_activation(entry))
    orchestrator.set_context_value("result_status", 202)


@external_step
@context_manager(get_contexts=ASKED, set_contexts={})
def rollback_activation_bll(orchestrator: Any) -> None:
    """Take back what was asked of the supervisor, unless it has begun."""
    if activation := orchestrator.get_context_value("activation"):
        withdraw(activation, home=Path(settings.VAULT_HOME))
