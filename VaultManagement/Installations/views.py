"""Endpoints of installations: each validates, calls one thing, responds."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView
from NimbusVaultConstants.CommonConstants.Runs import run_response, validated
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from VaultManagement.Activations.serializers import ActivationSerializer
from VaultManagement.Installations.bll import GetApisbll
from VaultManagement.Installations.packages import MAX_BODY_BYTES, PackageParser
from VaultManagement.Installations.serializers import (
    HoldingsSerializer,
    InstalledSerializer,
    PackageSerializer,
    UninstallSerializer,
)


class SitePluginInstall(ModelAPIView):
    """A plugin that is new here."""

    parser_classes = (PackageParser,)
    max_body_bytes = MAX_BODY_BYTES

    @extend_schema(request=PackageSerializer, responses={201: InstalledSerializer})
    def post(self, request: Request) -> Response:
        """Bring a plugin to this machine; it is off until it is enabled."""
        package = validated(PackageSerializer, request)["file"]
        site = OrchestratorRegistry.get("site")
        site.stage_install_plugin(package=package)
        return run_response(site)


class SitePluginUpdate(ModelAPIView):
    """Another version of an installed plugin."""

    parser_classes = (PackageParser,)
    max_body_bytes = MAX_BODY_BYTES

    @extend_schema(request=PackageSerializer, responses={202: ActivationSerializer})
    def post(self, request: Request) -> Response:
        """Begin to put another version in place; the activation says how far it is. If it fails, the old one stays."""
        package = validated(PackageSerializer, request)["file"]
        site = OrchestratorRegistry.get("site")
        site.stage_update_plugin(package=package)
        return run_response(site)


class SitePluginUninstall(ModelAPIView):
    """The way out."""

    @extend_schema(responses=HoldingsSerializer)
    def get(self, request: Request, name: str) -> Response:
        """What there is of the plugin, and would go. A process of its own loads it to count its rows."""
        return Response(GetApisbll.get_holdings(name=name))

    @extend_schema(request=UninstallSerializer, responses={202: ActivationSerializer})
    def post(self, request: Request, name: str) -> Response:
        """Begin to switch the plugin off and to take it away; the activation says how far it is."""
        fate = validated(UninstallSerializer, request)["rows"]
        site = OrchestratorRegistry.get("site")
        site.stage_uninstall_plugin(name=name, fate=fate)
        return run_response(site)
