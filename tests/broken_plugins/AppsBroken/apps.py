"""Raises."""

raise ValueError("no app today")
