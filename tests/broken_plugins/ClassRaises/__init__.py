"""The class raises a TypeError of its own when it is made."""
