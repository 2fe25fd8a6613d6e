"""A hook name with a letter missing."""
