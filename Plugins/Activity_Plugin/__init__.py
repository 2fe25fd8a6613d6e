"""Activity: what happened lately in an organisation, for its members to look up.

It is shipped switched off, since every event costs a row: add `Activity_Plugin` to `Base.active_plugins` to have it.
"""
