"""apps.py raises."""
