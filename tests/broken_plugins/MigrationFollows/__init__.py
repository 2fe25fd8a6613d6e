"""Its migration follows one of a plugin whose models fail."""
