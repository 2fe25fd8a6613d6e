"""Marked for another project's hooks."""
