"""The endpoint of activity: it validates, calls one thing, responds."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView
from NimbusVaultConstants.CommonConstants.PagingSerializers import paged
from NimbusVaultConstants.CommonConstants.Runs import validated
from Plugins.Activity_Plugin.bll.Activity import GetApisbll
from Plugins.Activity_Plugin.serializers import ActivityEntrySerializer, ListActivitySerializer


class Activity(ModelAPIView):
    """What happened lately in the organisation; about members, with the permission activity.manage."""

    also_permissions = {"activity.manage": "administrator"}

    @extend_schema(parameters=[ListActivitySerializer], responses=paged(ActivityEntrySerializer))
    def get(self, request: Request) -> Response:
        """The entries, the newest first; those about members are shown to administrators only."""
        query = validated(ListActivitySerializer, request)
        return Response(GetApisbll.list_activity(user=request.user, **query))
