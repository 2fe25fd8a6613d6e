"""Endpoints of sessions: each validates, calls one thing, responds."""

from typing import TYPE_CHECKING, cast
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView
from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer, paged
from NimbusVaultConstants.CommonConstants.Runs import run_response, validated
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from VaultManagement.Sessions.bll import GetApisbll
from VaultManagement.Sessions.serializers import SessionSerializer
from VaultPlatform.identity.rights import rights_of_request, session_of_request

if TYPE_CHECKING:
    from VaultModels.models import User


class OwnSessions(ModelAPIView):
    """Where the signed-in member is signed in."""

    read_permission = write_permission = ""
    people_only = True

    @extend_schema(parameters=[PageQuerySerializer], responses=paged(SessionSerializer))
    def get(self, request: Request) -> Response:
        """All of one's own open sessions, the newest first."""
        page = validated(PageQuerySerializer, request)
        user_id, current = cast("User", request.user).pk, session_of_request(request)
        return Response(GetApisbll.list_sessions(user_id=user_id, current=current, **page))


class OwnSession(ModelAPIView):
    """One of the signed-in member's sessions."""

    read_permission = write_permission = ""
    people_only = True

    @extend_schema(responses={204: None})
    def delete(self, request: Request, session_id: UUID) -> Response:
        """End it: its tokens are refused from now on."""
        sessions = OrchestratorRegistry.get("sessions")
        sessions.stage_end(user_id=cast("User", request.user).pk, session_id=session_id)
        return run_response(sessions)


class SessionsOfUser(ModelAPIView):
    """Where a member is signed in, for administrators."""

    read_role = write_role = "administrator"
    read_permission, write_permission = "users.read", "users.manage"
    people_only = True

    @extend_schema(parameters=[PageQuerySerializer], responses=paged(SessionSerializer))
    def get(self, request: Request, user_id: UUID) -> Response:
        """All open sessions of the member, the newest first."""
        page = validated(PageQuerySerializer, request)
        current = session_of_request(request)
        return Response(GetApisbll.list_sessions_of(user_id=user_id, current=current, **page))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, user_id: UUID) -> Response:
        """End all of them, unless the member may more than you."""
        sessions = OrchestratorRegistry.get("sessions")
        sessions.stage_end_all(user_id=user_id, held=rights_of_request(request))
        return run_response(sessions)
