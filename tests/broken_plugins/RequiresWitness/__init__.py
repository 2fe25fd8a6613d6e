"""Needs a plugin that is well, and comes behind it wherever it is named."""
