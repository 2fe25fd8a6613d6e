"""The class cannot be made without arguments."""
