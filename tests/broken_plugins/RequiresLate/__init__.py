"""Needs a plugin that fails when all else is done."""
