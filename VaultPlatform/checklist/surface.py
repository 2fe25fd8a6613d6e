"""The public surface: what a plugin may import. docs/plugins.md shows this list, and a test compares the two."""

from typing import Final

#: Modules, each with all that lies in it.
SURFACE: Final = (
    "NimbusVaultConstants.CommonConstants.CommonConstants",
    "NimbusVaultConstants.CommonConstants.Runs",
    "NimbusVaultConstants.CommonConstants.Paging",
    "NimbusVaultConstants.CommonConstants.PagingSerializers",
    "NimbusVaultConstants.CommonConstants.Bodies",
    "NimbusVaultConstants.CommonConstants.Choices",
    "NimbusVaultConstants.CommonConstants.Permissions",
    "NimbusVaultConstants.CommonConstants.SettingsTypes",
    "NimbusVaultConstants.Modelentity.Modelentity",
    "VaultErrors.BackendErrors",
    "VaultModels.models",
    "VaultModels.ModelService",
    "VaultModels.ModelRegistry",
    "Orchestrators.OrchestratorRegistry",
    "Orchestrators.ContextManager",
    "Orchestrators.AbstractOrchestrators.BaseOrchestrator",
    "Orchestrators.AbstractOrchestrators.Workflow",
    "Plugins.plugin_manager",
    "Plugins.Hooks",
    "NimbusVault.settings",
    "NimbusVault.celery",
)
#: The packages that are NimbusVault's.
OURS: Final = (
    "NimbusVault",
    "NimbusVaultConstants",
    "Orchestrators",
    "VaultErrors",
    "VaultManagement",
    "VaultModels",
    "VaultPlatform",
)


def is_public(target: str) -> bool:
    """Whether a plugin may import this module, or this name of a module."""
    return any(target == each or target.startswith(f"{each}.") for each in SURFACE)


def is_ours(target: str) -> bool:
    """Whether it belongs to NimbusVault."""
    return target.partition(".")[0] in OURS
