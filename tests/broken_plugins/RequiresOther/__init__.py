"""Needs a plugin in another version."""
