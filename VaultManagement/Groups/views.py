"""Endpoints of groups: each validates, calls one thing, responds."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView
from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer, paged
from NimbusVaultConstants.CommonConstants.Runs import run_response, validated
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from VaultManagement.Groups.bll import GetApisbll
from VaultManagement.Groups.serializers import GroupChangesSerializer, GroupSerializer, NewGroupSerializer


class Groups(ModelAPIView):
    """The groups of the organisation's members, for administrators."""

    read_role = write_role = "administrator"
    read_permission = "groups.read"

    @extend_schema(parameters=[PageQuerySerializer], responses=paged(GroupSerializer))
    def get(self, request: Request) -> Response:
        """All groups, by name."""
        return Response(GetApisbll.list_groups(**validated(PageQuerySerializer, request)))

    @extend_schema(request=NewGroupSerializer, responses={201: GroupSerializer})
    def post(self, request: Request) -> Response:
        """Add a group."""
        groups = OrchestratorRegistry.get("groups")
        groups.stage_create(**validated(NewGroupSerializer, request))
        return run_response(groups)


class GroupDetail(ModelAPIView):
    """One group, for administrators."""

    read_role = write_role = "administrator"
    read_permission = "groups.read"

    @extend_schema(responses=GroupSerializer)
    def get(self, request: Request, group_id: int) -> Response:
        """The group."""
        return Response(GetApisbll.get_group(group_id=group_id))

    @extend_schema(request=GroupChangesSerializer, responses=GroupSerializer)
    def patch(self, request: Request, group_id: int) -> Response:
        """Change what is given; members are replaced as a whole."""
        groups = OrchestratorRegistry.get("groups")
        groups.stage_update(group_id=group_id, **validated(GroupChangesSerializer, request, partial=True))
        return run_response(groups)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, group_id: int) -> Response:
        """Remove the group; its members stay."""
        groups = OrchestratorRegistry.get("groups")
        groups.stage_delete(group_id=group_id)
        return run_response(groups)
