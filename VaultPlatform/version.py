"""The version of NimbusVault, which plugins may ask for; the same as in pyproject.toml."""

VERSION = "0.1.0"
