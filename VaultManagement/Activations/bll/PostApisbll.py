"""Asking for an activation, as a step of a run. A process beside the site does it: it outlives the reload."""

from pathlib import Path
from typing import Any

from django.conf import settings

from Orchestrators.ContextManager import context_manager, external_step
from VaultErrors.BackendErrors import errors
from VaultManagement.Activations.bll.HelperFunctions import format_activation
from VaultPlatform.activation.asking import NotServed, ask_for_switch
from VaultPlatform.activation.errors import Refused, Unknown

ACCEPTED = {"common": ["result", "result_status"]}


@external_step
@context_manager(get_contexts={}, set_contexts=ACCEPTED)
def switch_plugin_bll(orchestrator: Any, *, action: str, name: str, along: bool) -> None:
    """Have the supervisor switch a plugin on or off. Raises NotFound, Conflict."""
    try:
        entry = ask_for_switch(action, name, home=Path(settings.VAULT_HOME), along=along)
    except Unknown as error:
        raise errors.bad_request.NotFound(str(error)) from error
    except (Refused, NotServed) as error:
        raise errors.bad_request.Conflict(str(error)) from error
    orchestrator.set_context_value("result", format_activation(entry))
    orchestrator.set_context_value("result_status", 202)
