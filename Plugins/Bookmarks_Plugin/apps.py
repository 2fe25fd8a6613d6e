"""The plugin as a Django app, because it has a table."""

from django.apps import AppConfig


class BookmarksConfig(AppConfig):
    """Its label is the plugin's name."""

    name = "Plugins.Bookmarks_Plugin"
    label = "Bookmarks_Plugin"
