"""Needs CircleOne, which needs it."""
