"""A migration cannot be imported."""
