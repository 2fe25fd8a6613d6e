"""Endpoints of plugins for administrators: each validates, calls one thing, responds."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView
from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer, paged
from NimbusVaultConstants.CommonConstants.Runs import run_response, validated
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
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


class PluginSwitch(ModelAPIView):
    """A plugin's switch in this organisation, for administrators."""

    read_role = write_role = "administrator"
    read_permission, write_permission = "plugins.read", "plugins.manage"
    #: Which way it switches.
    on: bool

    @extend_schema(request=None, responses=PluginSerializer)
    def post(self, request: Request, name: str) -> Response:
        """Switch it. One that is so already stays as it is."""
        plugins = OrchestratorRegistry.get("plugins")
        plugins.stage_switch(name, on=self.on)
        return run_response(plugins)


class PluginEnable(PluginSwitch):
    """The way in."""

    on = True


class PluginDisable(PluginSwitch):
    """The way out: its routes, hooks and tasks are not there for this organisation; its rows stay."""

    on = False
