"""Forgets the list."""

url_patterns = []
