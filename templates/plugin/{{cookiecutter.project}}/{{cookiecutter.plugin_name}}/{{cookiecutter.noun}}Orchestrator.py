"""Workflows of the plugin: each stages steps of PostApisbll on a run. Their docstrings are checked at import."""

from typing import Any

from Orchestrators.AbstractOrchestrators.Workflow import Workflow
from Orchestrators.ContextManager import context_manager
from Plugins.{{ cookiecutter.plugin_name }}.bll.{{ cookiecutter.noun }}.PostApisbll import (
    WRITING,
    rollback_write_entry_bll,
    write_entry_bll,
)


class {{ cookiecutter.noun }}Orchestrator(Workflow):
    """Description: Writes entries."""

    @context_manager(set_contexts=WRITING)
    def stage_write(self, *, user: Any, text: str) -> None:
        """Description: Stage the writing of an entry.

        Input:
            - user: who writes it.
            - text: what it says.

        Output:
            - None. The entry becomes the run's result, with status 201.
        """
        self.mainorchestrator.set_context_schema({"entry_id": int})
        self.mainorchestrator.add_step(write_entry_bll, rollback_write_entry_bll, user=user, text=text)
