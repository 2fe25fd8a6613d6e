"""Raises while it is imported."""

raise RuntimeError("the plugin is not well")
