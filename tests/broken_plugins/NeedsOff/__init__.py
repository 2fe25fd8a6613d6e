"""Imports a plugin that is not on."""
