"""Groups of an organisation's members."""
