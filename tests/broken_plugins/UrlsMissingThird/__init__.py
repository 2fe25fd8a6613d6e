"""urls.py exists and imports a package that is not installed."""
