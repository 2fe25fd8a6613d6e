"""Collects an orchestrator that is well and something that is none."""

import pluggy

from Orchestrators.AbstractOrchestrators.BaseOrchestrator import BaseOrchestrator

hookimpl = pluggy.HookimplMarker("vault")


class WellOrchestrator(metaclass=BaseOrchestrator):
    """
    Description:
    Is registered before the other one fails.
    """

    def __init__(self, orchestrator_obj):
        """
        Description: Keep the run.

        Input:
            - orchestrator_obj: the run.

        Output:
            - None.
        """
        self.mainorchestrator = orchestrator_obj


class OrchestratorWrong:
    """Fails at the last stage of all."""

    @hookimpl
    def collect_orchestrators(self):
        """Return one of each."""
        return {"orchestrator-wrong-well": WellOrchestrator, "orchestrator-wrong": int}

    @hookimpl
    def collect_health_checks(self):
        """Never asked."""
        return {"orchestrator-wrong": None}
