"""No class."""
