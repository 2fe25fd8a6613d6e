"""Loads well and raises at every call."""
