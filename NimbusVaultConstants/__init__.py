"""Import paths that plugin authors rely on."""
