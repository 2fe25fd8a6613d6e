"""Sessions of operators, which end all at once."""
