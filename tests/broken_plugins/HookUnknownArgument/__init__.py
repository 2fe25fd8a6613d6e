"""A hook argument that the hook does not have."""
