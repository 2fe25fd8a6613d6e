"""Runs and their events, for administrators of an organisation and for operators: to look at, and to put right."""
