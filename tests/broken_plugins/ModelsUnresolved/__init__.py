"""A model refers to a model that does not exist: no exception, but Django's check fails."""
