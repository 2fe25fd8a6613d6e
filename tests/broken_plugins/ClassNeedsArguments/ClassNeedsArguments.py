"""Wants a database."""


class ClassNeedsArguments:
    """Wants a database."""

    def __init__(self, database):
        self.database = database
