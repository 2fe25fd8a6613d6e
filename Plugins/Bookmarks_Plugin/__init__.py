"""Bookmarks: members share addresses with their organisation; what points at an archived entity disappears with it."""
