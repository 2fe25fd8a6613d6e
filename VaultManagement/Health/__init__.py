"""Whether the site is alive, and whether it is ready to serve."""
