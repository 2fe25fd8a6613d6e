"""apps.py takes the label of another plugin."""
