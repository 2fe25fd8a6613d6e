"""Switching plugins of the whole site on and off, for operators. The work is done by `VaultPlatform.activation`."""
