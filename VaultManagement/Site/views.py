"""Endpoints of operators: each validates, calls one thing, responds."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView, public
from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer, paged
from NimbusVaultConstants.CommonConstants.Runs import run_response, validated
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from VaultManagement.Site.bll import GetApisbll
from VaultManagement.Site.serializers import (
    HookSerializer,
    NewOrganisationSerializer,
    OrganisationSerializer,
    SitePluginSerializer,
    SiteSignInSerializer,
    SiteTokenSerializer,
)
from VaultPlatform.web.addresses import client_address


@public
class SiteSignIn(ModelAPIView):
    """Exchange an operator's name and password for a token of the site."""

    @extend_schema(request=SiteSignInSerializer, responses=SiteTokenSerializer)
    def post(self, request: Request) -> Response:
        given = validated(SiteSignInSerializer, request)
        return Response(GetApisbll.get_site_token(**given, address=client_address(request)))


class Organisations(ModelAPIView):
    """The organisations of the site."""

    @extend_schema(parameters=[PageQuerySerializer], responses=paged(OrganisationSerializer))
    def get(self, request: Request) -> Response:
        """All organisations, by slug."""
        return Response(GetApisbll.list_organisations(**validated(PageQuerySerializer, request)))

    @extend_schema(request=NewOrganisationSerializer, responses={201: OrganisationSerializer})
    def post(self, request: Request) -> Response:
        """Make an organisation, with an administrator if one is given."""
        site = OrchestratorRegistry.get("site")
        site.stage_create_organisation(**validated(NewOrganisationSerializer, request))
        return run_response(site)


class OrganisationDetail(ModelAPIView):
    """One organisation."""

    @extend_schema(responses=OrganisationSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """The organisation."""
        return Response(GetApisbll.get_organisation(slug=slug))


class SitePlugins(ModelAPIView):
    """The plugins of the site."""

    @extend_schema(parameters=[PageQuerySerializer], responses=paged(SitePluginSerializer))
    def get(self, request: Request) -> Response:
        """All plugins, with tracebacks of those that failed."""
        return Response(GetApisbll.list_site_plugins(**validated(PageQuerySerializer, request)))


class SitePluginDetail(ModelAPIView):
    """One plugin."""

    @extend_schema(responses=SitePluginSerializer)
    def get(self, request: Request, name: str) -> Response:
        """The plugin, with the traceback if it failed."""
        return Response(GetApisbll.get_site_plugin(name=name))


class Hooks(ModelAPIView):
    """The hooks of core and plugins."""

    @extend_schema(parameters=[PageQuerySerializer], responses=paged(HookSerializer))
    def get(self, request: Request) -> Response:
        """All hooks with their implementations: order, calls, errors and mean time in the process that answers."""
        return Response(GetApisbll.list_hooks(**validated(PageQuerySerializer, request)))
