"""models.py fails after it has registered foreign keys to the core's users."""
