"""apps.py names another package."""
