"""Members of an organisation and their groups."""
