"""Swallows the vetoes of others."""
