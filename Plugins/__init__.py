"""Plugins, a folder each, and `plugin_manager`, the one way by which core code reaches them."""
