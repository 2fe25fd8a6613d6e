"""Who is asking: tokens, the principals they stand for, and the default-deny gate before every view."""
