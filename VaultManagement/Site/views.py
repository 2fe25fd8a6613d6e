"""Endpoints of operators: each validates, calls one thing, responds."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView, public
from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer, paged
from NimbusVaultConstants.CommonConstants.Runs import checked, run_response, validated
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from VaultManagement.Site.archives import GZIP, TAR, GzipParser, TarParser, archive_response, received
from VaultManagement.Site.bll import GetApisbll
from VaultManagement.Site.serializers import (
    ChangedOrganisationSerializer,
    ExportQuerySerializer,
    HookSerializer,
    ImportQuerySerializer,
    LiftHookSerializer,
    NewOrganisationSerializer,
    OrganisationSerializer,
    PluginHookSerializer,
    PluginOrganisationSerializer,
    PluginOrganisationsQuerySerializer,
    SayOfPluginSerializer,
    SitePluginDetailSerializer,
    SitePluginSerializer,
    SiteSignInSerializer,
    SiteTokenSerializer,
)
from VaultPlatform.web.addresses import client_address


@public  # checklist: allow public-views: nobody is signed in yet
class SiteSignIn(ModelAPIView):
    """Exchange an operator's name and password for a token of the site."""

    @extend_schema(request=SiteSignInSerializer, responses=SiteTokenSerializer)
    # checklist: allow views-answer: a token of the site is signed, and nothing is written
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

    @extend_schema(request=ChangedOrganisationSerializer, responses=OrganisationSerializer)
    def patch(self, request: Request, slug: str) -> Response:
        """Give it another slug, another name, or both. Its tokens stay valid, under the new slug."""
        site = OrchestratorRegistry.get("site")
        site.stage_rename_organisation(slug=slug, changes=validated(ChangedOrganisationSerializer, request))
        return run_response(site)

    @extend_schema(responses={200: OrganisationSerializer})
    def delete(self, request: Request, slug: str) -> Response:
        """Close it, and remove it when the grace period is over; `resume` takes that back until then."""
        site = OrchestratorRegistry.get("site")
        site.stage_delete_organisation(slug=slug)
        return run_response(site)


class OrganisationSuspend(ModelAPIView):
    """The way out of service."""

    @extend_schema(request=None, responses=OrganisationSerializer)
    def post(self, request: Request, slug: str) -> Response:
        """Close an active organisation to its members."""
        site = OrchestratorRegistry.get("site")
        site.stage_suspend_organisation(slug=slug)
        return run_response(site)


class OrganisationResume(ModelAPIView):
    """The way back into service."""

    @extend_schema(request=None, responses=OrganisationSerializer)
    def post(self, request: Request, slug: str) -> Response:
        """Open an organisation that is suspended, or being deleted and in its grace period."""
        site = OrchestratorRegistry.get("site")
        site.stage_resume_organisation(slug=slug)
        return run_response(site)


class OrganisationExport(ModelAPIView):
    """One organisation as a file."""

    @extend_schema(
        parameters=[ExportQuerySerializer],
        responses={(200, TAR): OpenApiTypes.BINARY, (200, GZIP): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """An archive of all its rows and contents, as they are now."""
        return archive_response(
            GetApisbll.export_organisation(slug=slug, **validated(ExportQuerySerializer, request))
        )

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002  # DRF's
        """An archive is what it is, whatever `Accept` says; errors are JSON."""
        return super().perform_content_negotiation(request, force=True)


class OrganisationImport(ModelAPIView):
    """One organisation from a file."""

    parser_classes = (TarParser, GzipParser)
    #: As large as there is room for.
    max_body_bytes = 2**63

    @extend_schema(
        parameters=[ImportQuerySerializer],
        request={TAR: OpenApiTypes.BINARY, GZIP: OpenApiTypes.BINARY},
        responses={201: OrganisationSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Make a new organisation, with the slug of the path, of an archive: all of it, or nothing."""
        query = checked(ImportQuerySerializer, request.query_params)
        with received(request) as path:
            site = OrchestratorRegistry.get("site")
            site.stage_import_organisation(slug=slug, path=path, **query)
            return run_response(site)


class SitePlugins(ModelAPIView):
    """The plugins of the site."""

    @extend_schema(parameters=[PageQuerySerializer], responses=paged(SitePluginSerializer))
    def get(self, request: Request) -> Response:
        """All plugins, with tracebacks of those that failed."""
        return Response(GetApisbll.list_site_plugins(**validated(PageQuerySerializer, request)))


class SitePluginDetail(ModelAPIView):
    """One plugin."""

    @extend_schema(responses=SitePluginDetailSerializer)
    def get(self, request: Request, name: str) -> Response:
        """The plugin, with the traceback if it failed, and what its hook implementations did."""
        return Response(GetApisbll.get_site_plugin(name=name))


class SitePluginOrganisations(ModelAPIView):
    """Where a plugin is on."""

    @extend_schema(
        parameters=[PluginOrganisationsQuerySerializer], responses=paged(PluginOrganisationSerializer)
    )
    def get(self, request: Request, name: str) -> Response:
        """The organisations, by slug, with what was said of the plugin there."""
        query = validated(PluginOrganisationsQuerySerializer, request)
        return Response(GetApisbll.list_plugin_organisations(name=name, **query))

    @extend_schema(request=SayOfPluginSerializer, responses=PluginOrganisationSerializer)
    def post(self, request: Request, name: str) -> Response:
        """Say whether it may be on, or is, in one organisation or in all."""
        words = validated(SayOfPluginSerializer, request)
        site = OrchestratorRegistry.get("site")
        site.stage_say_of_plugin(name, organisation=words.pop("organisation", None), words=words)
        return run_response(site)


class SitePluginHookLift(ModelAPIView):
    """A hook implementation that was switched off because it failed."""

    @extend_schema(request=LiftHookSerializer, responses=PluginHookSerializer)
    def post(self, request: Request, name: str, hook: str) -> Response:
        """Have it be called again in an organisation."""
        body = validated(LiftHookSerializer, request)
        site = OrchestratorRegistry.get("site")
        site.stage_lift_hook(name, hook, body["organisation"])
        return run_response(site)


class Hooks(ModelAPIView):
    """The hooks of core and plugins."""

    @extend_schema(parameters=[PageQuerySerializer], responses=paged(HookSerializer))
    def get(self, request: Request) -> Response:
        """All hooks with their implementations: order, calls, errors and mean time in the process that answers."""
        return Response(GetApisbll.list_hooks(**validated(PageQuerySerializer, request)))
