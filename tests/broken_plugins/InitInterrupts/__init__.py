"""Raises what a person's Ctrl-C would."""

raise KeyboardInterrupt
