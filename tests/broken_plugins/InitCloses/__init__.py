"""Raises what is no Exception."""

raise GeneratorExit("enough")
