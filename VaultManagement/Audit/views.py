"""Endpoints of the audit trail: each validates, calls one thing, responds."""

from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView
from NimbusVaultConstants.CommonConstants.PagingSerializers import paged
from NimbusVaultConstants.CommonConstants.Runs import validated
from VaultManagement.Audit.bll import GetApisbll
from VaultManagement.Audit.serializers import (
    AuditEntrySerializer,
    AuditQuerySerializer,
    AuditReportSerializer,
)

JSON_LINES = "application/x-ndjson"


class AuditTrail(ModelAPIView):
    """What was done in the organisation, and what was denied."""

    read_role = "administrator"
    read_permission = "audit.read"

    @extend_schema(parameters=[AuditQuerySerializer], responses=paged(AuditEntrySerializer))
    def get(self, request: Request) -> Response:
        """The entries, the newest first."""
        return Response(GetApisbll.list_entries(**validated(AuditQuerySerializer, request)))


class AuditVerification(ModelAPIView):
    """Whether the chain of the organisation's entries holds."""

    read_role = "administrator"
    read_permission = "audit.read"

    @extend_schema(responses=AuditReportSerializer)
    def get(self, request: Request) -> Response:
        """Read the whole chain and say what is wrong with it."""
        return Response(GetApisbll.verify_chain())


class AuditExport(ModelAPIView):
    """The chain as a file, to be kept elsewhere."""

    read_role = "administrator"
    read_permission = "audit.read"

    @extend_schema(responses={(200, JSON_LINES): OpenApiTypes.BINARY})
    def get(self, request: Request) -> HttpResponseBase:
        """All entries as JSON lines, the oldest first, and the end of the chain in the last line."""
        return StreamingHttpResponse(
            GetApisbll.export_chain(),
            content_type=JSON_LINES,
            headers={"Content-Disposition": 'attachment; filename="audit.jsonl"'},
        )

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002  # DRF's
        """The export is what it is, whatever `Accept` says; errors are JSON."""
        return super().perform_content_negotiation(request, force=True)


class SiteAuditTrail(ModelAPIView):
    """What operators and commands did to the site."""

    @extend_schema(parameters=[AuditQuerySerializer], responses=paged(AuditEntrySerializer))
    def get(self, request: Request) -> Response:
        """The entries of the site's own chain, the newest first."""
        return Response(GetApisbll.list_entries(site=True, **validated(AuditQuerySerializer, request)))


class SiteAuditVerification(ModelAPIView):
    """Whether the chain of the site's entries holds."""

    @extend_schema(responses=AuditReportSerializer)
    def get(self, request: Request) -> Response:
        """Read the whole chain and say what is wrong with it."""
        return Response(GetApisbll.verify_chain(site=True))
