"""Two migrations are both the last."""
