"""Fails."""

raise LookupError("no routes today")
