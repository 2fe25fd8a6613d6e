"""Names of the orchestrators that come with the vault, and of plugins that keep theirs in this package.

At start each line runs on its own, so one that names a plugin which is off, absent or broken is reported and
the others count (see `RegistrationLoader`). Keep `register_orchestrator` last.
"""

from Orchestrators.ApiKeysOrchestrators.ApiKeysOrchestrator import ApiKeysOrchestrator
from Orchestrators.DocumentsOrchestrators.DocumentsOrchestrator import DocumentsOrchestrator
from Orchestrators.GroupsOrchestrators.GroupsOrchestrator import GroupsOrchestrator
from Orchestrators.OperatorsOrchestrators.OperatorsOrchestrator import OperatorsOrchestrator
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from Orchestrators.PluginAdminOrchestrators.PluginAdminOrchestrator import PluginAdminOrchestrator
from Orchestrators.ProviderSignInOrchestrators.ProviderSignInOrchestrator import ProviderSignInOrchestrator
from Orchestrators.RolesOrchestrators.RolesOrchestrator import RolesOrchestrator
from Orchestrators.SessionsOrchestrators.SessionsOrchestrator import SessionsOrchestrator
from Orchestrators.SiteOrchestrators.SiteOrchestrator import SiteOrchestrator
from Orchestrators.UsersOrchestrators.UsersOrchestrator import UsersOrchestrator


def register_orchestrator() -> None:
    """Register them: one import and one `OrchestratorRegistry.register(name, cls)` for each."""
    OrchestratorRegistry.register("documents", DocumentsOrchestrator)
    OrchestratorRegistry.register("users", UsersOrchestrator)
    OrchestratorRegistry.register("site", SiteOrchestrator)
    OrchestratorRegistry.register("groups", GroupsOrchestrator)
    OrchestratorRegistry.register("operators", OperatorsOrchestrator)
    OrchestratorRegistry.register("plugins", PluginAdminOrchestrator)
    OrchestratorRegistry.register("provider_sign_in", ProviderSignInOrchestrator)
    OrchestratorRegistry.register("roles", RolesOrchestrator)
    OrchestratorRegistry.register("sessions", SessionsOrchestrator)
    OrchestratorRegistry.register("api_keys", ApiKeysOrchestrator)
    from Orchestrators.AuthOrchestrators.AuthOrchestrator import AuthOrchestrator

    OrchestratorRegistry.register("auth", AuthOrchestrator)
