"""Would be overlooked."""


class FileMisnamed:
    """Never made."""
