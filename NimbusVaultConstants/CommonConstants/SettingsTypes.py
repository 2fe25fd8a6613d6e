"""Types for a plugin's own settings block: a reference to a secret, an exchangeable component, an address."""

from VaultPlatform.config import Address, Secret, Target

__all__ = ["Address", "Secret", "Target"]
