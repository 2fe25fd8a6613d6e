"""The table of bookmarks."""

from Plugins.Bookmarks_Plugin.models import Bookmark
from VaultModels.ModelService import ModelService


class BookmarkService(ModelService[Bookmark]):
    """The eight primitives on bookmarks."""

    model = Bookmark


bookmark_service = BookmarkService()
