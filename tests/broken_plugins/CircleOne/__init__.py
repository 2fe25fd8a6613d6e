"""Needs CircleTwo, which needs it."""
