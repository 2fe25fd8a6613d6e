"""Plugins that are brought to a deployment: unpacked with distrust, kept in VAULT_HOME/plugins, and taken away again.

Nothing of a package is run here. What its code does is tried by `VaultPlatform.activation`, when it is switched on, or
when a plugin that is on is updated.
"""
