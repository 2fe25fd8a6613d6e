"""Needs a plugin that raises when it is imported."""
