"""apps.py takes the label of a core app."""
