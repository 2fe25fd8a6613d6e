"""Sessions of members: which are open, and their end."""
