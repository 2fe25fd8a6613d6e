"""Its plugin.yaml is no YAML."""
