"""Endpoints of bookmarks: each validates, calls one thing, responds."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView
from NimbusVaultConstants.CommonConstants.PagingSerializers import paged
from NimbusVaultConstants.CommonConstants.Runs import run_response, validated
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from Plugins.Bookmarks_Plugin.bll.Bookmarks import GetApisbll
from Plugins.Bookmarks_Plugin.serializers import (
    BookmarkSerializer,
    ListBookmarksSerializer,
    ShareBookmarkSerializer,
)


class ShareBookmark(ModelAPIView):
    """The way into the list."""

    @extend_schema(request=ShareBookmarkSerializer, responses={201: BookmarkSerializer})
    def post(self, request: Request) -> Response:
        """Share an address with the organisation."""
        bookmarks = OrchestratorRegistry.get("bookmarks")
        bookmarks.stage_share(user=request.user, **validated(ShareBookmarkSerializer, request))
        return run_response(bookmarks)


class Bookmarks(ModelAPIView):
    """The bookmarks of the organisation."""

    @extend_schema(parameters=[ListBookmarksSerializer], responses=paged(BookmarkSerializer))
    def get(self, request: Request) -> Response:
        """The bookmarks, the newest first."""
        query = validated(ListBookmarksSerializer, request)
        return Response(GetApisbll.list_bookmarks(user=request.user, **query))


class BookmarkDetail(ModelAPIView):
    """One bookmark. With the permission bookmarks.manage, others' can be taken out of the list."""

    also_permissions = {"bookmarks.manage": "administrator"}

    @extend_schema(responses=BookmarkSerializer)
    def get(self, request: Request, bookmark_id: UUID) -> Response:
        """The bookmark of this id."""
        return Response(GetApisbll.get_bookmark(bookmark_id=bookmark_id))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, bookmark_id: UUID) -> Response:
        """Take a bookmark of your own out of the list; administrators may take out any."""
        bookmarks = OrchestratorRegistry.get("bookmarks")
        bookmarks.stage_remove(user=request.user, bookmark_id=bookmark_id)
        return run_response(bookmarks)
