"""config.py fails; it is not taken for a missing config.py."""
