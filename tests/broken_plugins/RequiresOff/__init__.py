"""Needs a plugin that is off."""
