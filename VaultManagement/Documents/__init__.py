"""Documents: taken in, found, read, described, archived, put in the trash and back."""
