"""Names of the orchestrators that come with the vault, and of plugins that keep theirs in this package.

At start each line runs on its own, so one that names a plugin which is off, absent or broken is reported and
the others count (see `RegistrationLoader`). Keep `register_orchestrator` last.
"""

from Orchestrators.DocumentsOrchestrators.DocumentsOrchestrator import DocumentsOrchestrator
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry


def register_orchestrator() -> None:
    """Register them: one import and one `OrchestratorRegistry.register(name, cls)` for each."""
    OrchestratorRegistry.register("documents", DocumentsOrchestrator)
    from Orchestrators.AuthOrchestrators.AuthOrchestrator import AuthOrchestrator

    OrchestratorRegistry.register("auth", AuthOrchestrator)
