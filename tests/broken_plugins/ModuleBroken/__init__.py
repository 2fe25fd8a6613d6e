"""ModuleBroken.py exists and imports a missing module; it is not taken for a missing file."""
