"""Endpoints of roles and permissions: each validates, calls one thing, responds."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView
from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer, paged
from NimbusVaultConstants.CommonConstants.Runs import run_response, validated
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from VaultManagement.Roles.bll import GetApisbll
from VaultManagement.Roles.serializers import (
    NewRoleSerializer,
    PermissionSerializer,
    RoleChangesSerializer,
    RoleSerializer,
)
from VaultPlatform.identity.rights import rights_of_request


class Permissions(ModelAPIView):
    """What members may do or not, plugins included."""

    read_role = "administrator"
    read_permission = "roles.read"

    @extend_schema(parameters=[PageQuerySerializer], responses=paged(PermissionSerializer))
    def get(self, request: Request) -> Response:
        """All permissions, by name, with the least built-in role that has each."""
        return Response(GetApisbll.list_permissions(**validated(PageQuerySerializer, request)))


class Roles(ModelAPIView):
    """The roles that the organisation has beside the built-in ones, for its administrators."""

    read_role = write_role = "administrator"
    read_permission = "roles.read"

    @extend_schema(parameters=[PageQuerySerializer], responses=paged(RoleSerializer))
    def get(self, request: Request) -> Response:
        """All of them, by name."""
        return Response(GetApisbll.list_roles(**validated(PageQuerySerializer, request)))

    @extend_schema(request=NewRoleSerializer, responses={201: RoleSerializer})
    def post(self, request: Request) -> Response:
        """Add a role, of permissions that you have yourself."""
        roles = OrchestratorRegistry.get("roles")
        roles.stage_create(**validated(NewRoleSerializer, request), held=rights_of_request(request))
        return run_response(roles)


class RoleDetail(ModelAPIView):
    """One role, for administrators."""

    read_role = write_role = "administrator"
    read_permission = "roles.read"

    @extend_schema(responses=RoleSerializer)
    def get(self, request: Request, name: str) -> Response:
        """The role."""
        return Response(GetApisbll.get_role(name=name))

    @extend_schema(request=RoleChangesSerializer, responses=RoleSerializer)
    def patch(self, request: Request, name: str) -> Response:
        """Change what is given; permissions are replaced as a whole, at once for all members of the role."""
        roles = OrchestratorRegistry.get("roles")
        changes = validated(RoleChangesSerializer, request, partial=True)
        roles.stage_update(name=name, **changes, held=rights_of_request(request))
        return run_response(roles)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Remove a role that no member has."""
        roles = OrchestratorRegistry.get("roles")
        roles.stage_delete(name=name)
        return run_response(roles)
