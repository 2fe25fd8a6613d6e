"""A plugin whose plugin.yaml declares all that can be declared, and all of it is so."""
