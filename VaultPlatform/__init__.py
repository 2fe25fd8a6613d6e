"""What the vault stands on: organisations' databases, settings, plugins, identity, serving. It knows no feature."""
