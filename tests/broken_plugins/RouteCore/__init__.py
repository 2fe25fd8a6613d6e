"""Its route is a core route under other parameter names."""
