"""Endpoints of activations: each validates, calls one thing, responds."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView
from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer, paged
from NimbusVaultConstants.CommonConstants.Runs import run_response, validated
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from VaultManagement.Activations.bll import GetApisbll
from VaultManagement.Activations.serializers import ActivationSerializer, DisableSerializer, EnableSerializer


class SitePluginEnable(ModelAPIView):
    """The way on."""

    @extend_schema(request=EnableSerializer, responses={202: ActivationSerializer})
    def post(self, request: Request, name: str) -> Response:
        """Begin to switch a plugin on; the activation says how far it is."""
        given = validated(EnableSerializer, request)
        site = OrchestratorRegistry.get("site")
        site.stage_switch_plugin(action="enable", name=name, along=given["with_dependencies"])
        return run_response(site)


class SitePluginDisable(ModelAPIView):
    """The way off."""

    @extend_schema(request=DisableSerializer, responses={202: ActivationSerializer})
    def post(self, request: Request, name: str) -> Response:
        """Begin to switch a plugin off; its tables and settings stay."""
        given = validated(DisableSerializer, request)
        site = OrchestratorRegistry.get("site")
        site.stage_switch_plugin(action="disable", name=name, along=given["with_dependants"])
        return run_response(site)


class Activations(ModelAPIView):
    """What was switched lately."""

    @extend_schema(parameters=[PageQuerySerializer], responses=paged(ActivationSerializer))
    def get(self, request: Request) -> Response:
        """The last activations of this machine, the newest first."""
        return Response(GetApisbll.list_activations(**validated(PageQuerySerializer, request)))


class ActivationDetail(ModelAPIView):
    """One activation."""

    @extend_schema(responses=ActivationSerializer)
    def get(self, request: Request, activation: str) -> Response:
        """The activation: how far it is, or how it ended."""
        return Response(GetApisbll.get_activation(activation=activation))
