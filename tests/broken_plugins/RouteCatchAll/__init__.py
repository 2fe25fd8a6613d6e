"""Its route matches everything."""
