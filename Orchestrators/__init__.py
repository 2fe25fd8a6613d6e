"""Workflows of writes, and the engine that runs them: see `docs/` for the rules of a step."""
