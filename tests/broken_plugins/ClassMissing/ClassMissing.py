"""Defines another class."""


class Classmissing:
    """Nearly."""
