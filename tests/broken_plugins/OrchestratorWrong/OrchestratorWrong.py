"""Collects something that is no orchestrator."""

import pluggy

hookimpl = pluggy.HookimplMarker("vault")


class OrchestratorWrong:
    """Collects something that is no orchestrator."""

    @hookimpl
    def collect_orchestrators(self):
        """Not a class of the engine."""
        return {"wrong": int}
