"""One row written through the whole stack: what the bare site writes with one line."""
