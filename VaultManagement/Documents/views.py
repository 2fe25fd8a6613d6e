"""Endpoints of documents: each validates, calls one thing, responds."""

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView
from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer, paged
from NimbusVaultConstants.CommonConstants.Runs import run_response, validated
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from VaultManagement.Documents.bll import GetApisbll
from VaultManagement.Documents.content import content_response
from VaultManagement.Documents.serializers import (
    DescriptionSerializer,
    DocumentSerializer,
    ListDocumentsSerializer,
    UploadDocumentSerializer,
    VersionSerializer,
    refuse_purge,
)
from VaultManagement.Documents.uploads import DocumentUploadParser


class Documents(ModelAPIView):
    """The documents of the organisation."""

    parser_classes = (DocumentUploadParser,)

    @extend_schema(parameters=[ListDocumentsSerializer], responses=paged(DocumentSerializer))
    def get(self, request: Request) -> Response:
        """Find documents. `search` looks in title and file name."""
        return Response(GetApisbll.list_documents(**validated(ListDocumentsSerializer, request)))

    @extend_schema(request=UploadDocumentSerializer, responses={201: DocumentSerializer})
    def post(self, request: Request) -> Response:
        """Upload a file as a new document."""
        documents = OrchestratorRegistry.get("documents")
        documents.stage_upload(user=request.user, **validated(UploadDocumentSerializer, request))
        return run_response(documents)


class DocumentDetail(ModelAPIView):
    """One document."""

    @extend_schema(responses=DocumentSerializer)
    def get(self, request: Request, document_id: UUID) -> Response:
        """The document, in whatever state it is."""
        return Response(GetApisbll.get_document(document_id=document_id))

    @extend_schema(request=DescriptionSerializer, responses=DocumentSerializer)
    def patch(self, request: Request, document_id: UUID) -> Response:
        """Change what is said about an active document; each field is replaced as a whole."""
        documents = OrchestratorRegistry.get("documents")
        documents.stage_update(
            document_id=document_id, changes=validated(DescriptionSerializer, request, partial=True)
        )
        return run_response(documents)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, document_id: UUID) -> Response:
        """Move the document to the trash."""
        refuse_purge(request)
        documents = OrchestratorRegistry.get("documents")
        documents.stage_trash(document_id=document_id, user=request.user)
        return run_response(documents)


class DocumentArchive(ModelAPIView):
    """The way into the archive."""

    @extend_schema(request=None, responses=DocumentSerializer)
    def post(self, request: Request, document_id: UUID) -> Response:
        """Archive an active document."""
        documents = OrchestratorRegistry.get("documents")
        documents.stage_archive(document_id=document_id, user=request.user)
        return run_response(documents)


class DocumentRestore(ModelAPIView):
    """The way back from archive and trash."""

    @extend_schema(request=None, responses=DocumentSerializer)
    def post(self, request: Request, document_id: UUID) -> Response:
        """Restore an archived or a trashed document."""
        documents = OrchestratorRegistry.get("documents")
        documents.stage_restore(document_id=document_id)
        return run_response(documents)


class DocumentVersions(ModelAPIView):
    """The versions of one document."""

    @extend_schema(parameters=[PageQuerySerializer], responses=paged(VersionSerializer))
    def get(self, request: Request, document_id: UUID) -> Response:
        """All versions, the newest first."""
        page = validated(PageQuerySerializer, request)
        return Response(GetApisbll.list_versions(document_id=document_id, **page))


class DocumentVersionDetail(ModelAPIView):
    """One version."""

    @extend_schema(responses=VersionSerializer)
    def get(self, request: Request, document_id: UUID, number: int) -> Response:
        """The version of that number."""
        return Response(GetApisbll.get_version(document_id=document_id, number=number))


class DocumentContent(ModelAPIView):
    """The bytes of a version; of the newest, where the path names none."""

    @extend_schema(
        parameters=[
            OpenApiParameter("Range", location=OpenApiParameter.HEADER, description="One range of bytes."),
            OpenApiParameter(
                "If-Range", location=OpenApiParameter.HEADER, description="The `ETag` it is a part of."
            ),
            OpenApiParameter("If-None-Match", location=OpenApiParameter.HEADER, description="Known `ETag`s."),
        ],
        responses={
            (200, "*/*"): OpenApiTypes.BINARY,
            (206, "*/*"): OpenApiTypes.BINARY,
            304: None,
        },
    )
    def get(self, request: Request, document_id: UUID, number: int | None = None) -> HttpResponseBase:
        """The content: `ETag` is its SHA-256, `Range` asks for a part of it."""
        version = GetApisbll.get_content_version(document_id=document_id, number=number)
        return content_response(request, version)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002  # DRF's
        """The content is what it is, whatever `Accept` says; errors are JSON."""
        return super().perform_content_negotiation(request, force=True)
