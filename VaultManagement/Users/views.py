"""Endpoints of members: each validates, calls one thing, responds."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView
from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer, paged
from NimbusVaultConstants.CommonConstants.Runs import run_response, validated
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from VaultManagement.Users.bll import GetApisbll
from VaultManagement.Users.serializers import NewUserSerializer, UserChangesSerializer, UserSerializer
from VaultPlatform.identity.rights import rights_of_request, session_of_request


class Users(ModelAPIView):
    """The members of the organisation, for its administrators."""

    read_role = write_role = "administrator"
    read_permission = "users.read"

    @extend_schema(parameters=[PageQuerySerializer], responses=paged(UserSerializer))
    def get(self, request: Request) -> Response:
        """All members, by name."""
        return Response(GetApisbll.list_users(**validated(PageQuerySerializer, request)))

    @extend_schema(request=NewUserSerializer, responses={201: UserSerializer})
    def post(self, request: Request) -> Response:
        """Add a member."""
        users = OrchestratorRegistry.get("users")
        users.stage_create(**validated(NewUserSerializer, request), held=rights_of_request(request))
        return run_response(users)


class UserDetail(ModelAPIView):
    """One member, for administrators."""

    read_role = write_role = "administrator"
    read_permission = "users.read"

    @extend_schema(responses=UserSerializer)
    def get(self, request: Request, user_id: UUID) -> Response:
        """The member."""
        return Response(GetApisbll.get_user(user_id=user_id))

    @extend_schema(request=UserChangesSerializer, responses=UserSerializer)
    def patch(self, request: Request, user_id: UUID) -> Response:
        """Change what is given; a new password ends the member's other sessions, deactivating ends all of them."""
        users = OrchestratorRegistry.get("users")
        changes = validated(UserChangesSerializer, request, partial=True)
        users.stage_update(
            user_id=user_id,
            keep_session=session_of_request(request),
            held=rights_of_request(request),
            **changes,
        )
        return run_response(users)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, user_id: UUID) -> Response:
        """Remove a member who owns no documents; one who does can be deactivated."""
        users = OrchestratorRegistry.get("users")
        users.stage_delete(user_id=user_id, held=rights_of_request(request))
        return run_response(users)
