"""Endpoints of plugins for administrators: each validates, calls one thing, responds."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView
from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer, paged
from NimbusVaultConstants.CommonConstants.Runs import validated
from VaultManagement.PluginAdmin.bll import GetApisbll
from VaultManagement.PluginAdmin.serializers import PluginSerializer


class Plugins(ModelAPIView):
    """The plugins of the site, on or off in this organisation, for administrators."""

    read_role = write_role = "administrator"
    read_permission, write_permission = "plugins.read", "plugins.manage"

    @extend_schema(parameters=[PageQuerySerializer], responses=paged(PluginSerializer))
    def get(self, request: Request) -> Response:
        """All plugins, those that are configured first."""
        return Response(GetApisbll.list_plugins(**validated(PageQuerySerializer, request)))


class PluginDetail(ModelAPIView):
    """One plugin, for administrators."""

    read_role = write_role = "administrator"
    read_permission, write_permission = "plugins.read", "plugins.manage"

    @extend_schema(responses=PluginSerializer)
    def get(self, request: Request, name: str) -> Response:
        """The plugin."""
        return Response(GetApisbll.get_plugin(name=name))
