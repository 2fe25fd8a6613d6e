"""Its models are sound and used; its routes fail. The table stays known to Django."""
