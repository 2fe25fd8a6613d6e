"""views.py has a syntax error."""
