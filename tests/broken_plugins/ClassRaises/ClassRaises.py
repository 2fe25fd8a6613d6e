"""Fails when made."""


class ClassRaises:
    """Fails when made."""

    def __init__(self):
        len(5)
