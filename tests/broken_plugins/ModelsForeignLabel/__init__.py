"""A model registers itself among the core's."""
