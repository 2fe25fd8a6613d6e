"""A migration depends on one that does not exist."""
