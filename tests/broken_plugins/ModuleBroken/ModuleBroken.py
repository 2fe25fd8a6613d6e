"""Imports a module of its own that is missing."""

from Plugins.ModuleBroken import helpers_that_were_deleted  # noqa: F401
