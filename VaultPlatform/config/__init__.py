"""The site's settings: VaultSettings.json and the `VAULT_…` variables, typed, validated and explained.

Needs pydantic and nothing of Django, so that it can be read before anything else is set up.
"""

from VaultPlatform.config.environment import REPOSITORY, Environment, load_environment
from VaultPlatform.config.errors import Problem, SettingsError
from VaultPlatform.config.references import Address, Secret, reveal
from VaultPlatform.config.sections import (
    AuthSection,
    BaseSection,
    CacheSection,
    CelerySection,
    DatabaseSection,
    StorageSection,
)
from VaultPlatform.config.targets import Target
from VaultPlatform.config.vault_settings import VaultSettings, load_settings

__all__ = [
    "REPOSITORY",
    "Address",
    "AuthSection",
    "BaseSection",
    "CacheSection",
    "CelerySection",
    "DatabaseSection",
    "Environment",
    "Problem",
    "Secret",
    "SettingsError",
    "StorageSection",
    "Target",
    "VaultSettings",
    "load_environment",
    "load_settings",
    "reveal",
]
