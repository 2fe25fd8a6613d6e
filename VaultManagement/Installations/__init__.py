"""Bringing plugins to the site and taking them away, for operators. The work is done by `VaultPlatform.installing`."""
