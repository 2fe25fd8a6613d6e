"""Its migration makes a table that refers to users, and then raises when it is run."""
