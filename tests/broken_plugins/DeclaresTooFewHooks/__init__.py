"""A plugin whose plugin.yaml declares what is not so."""
