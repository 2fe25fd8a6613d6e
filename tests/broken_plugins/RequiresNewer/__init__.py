"""Needs a NimbusVault that is not there yet."""
