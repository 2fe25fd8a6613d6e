"""A plugin."""

raise RuntimeError("not well")
