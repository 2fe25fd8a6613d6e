"""The fixtures of NimbusVault's test kit, and a site of the tests' own that this plugin is on in."""

pytest_plugins = ["VaultPlatform.testing"]
