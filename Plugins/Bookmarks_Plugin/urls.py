"""Routes of bookmarks, under /vault/."""

from django.urls import path

from Plugins.Bookmarks_Plugin.views import BookmarkDetail, Bookmarks, ShareBookmark

urlpatterns = [
    path("bookmarks", Bookmarks.as_view()),
    path("bookmarks/share", ShareBookmark.as_view()),
    path("bookmarks/<uuid:bookmark_id>", BookmarkDetail.as_view()),
]
