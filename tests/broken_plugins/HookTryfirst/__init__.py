"""Pushes itself before the others."""
