"""Endpoints of API keys: each validates, calls one thing, responds."""

from typing import TYPE_CHECKING, cast
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView
from NimbusVaultConstants.CommonConstants.PagingSerializers import paged
from NimbusVaultConstants.CommonConstants.Permissions import may
from NimbusVaultConstants.CommonConstants.Runs import run_response, validated
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from VaultErrors.BackendErrors import errors
from VaultManagement.ApiKeys.bll import GetApisbll
from VaultManagement.ApiKeys.serializers import (
    CreatedKeySerializer,
    KeySerializer,
    KeysQuerySerializer,
    NewKeySerializer,
)
from VaultPlatform.identity.api_keys import new_key
from VaultPlatform.identity.rights import rights_of_request

if TYPE_CHECKING:
    from VaultModels.models import User

#: With it, the keys of all members can be seen and ended.
EVERYBODYS = "users.manage"


class ApiKeys(ModelAPIView):
    """The API keys of the signed-in member. None can be had or seen with a key."""

    write_role = "reader"
    read_permission = write_permission = "api_keys.use"
    people_only = True

    @extend_schema(parameters=[KeysQuerySerializer], responses=paged(KeySerializer))
    def get(self, request: Request) -> Response:
        """The keys that are not revoked, the newest first."""
        query = validated(KeysQuerySerializer, request)
        user, everybodys = cast("User", request.user), query.pop("all")
        if everybodys and not may(user, EVERYBODYS):
            raise errors.bad_request.PermissionDenied(
                f"To list everybody's keys needs the permission '{EVERYBODYS}'."
            )
        return Response(GetApisbll.list_keys(owner=None if everybodys else user.pk, **query))

    @extend_schema(request=NewKeySerializer, responses={201: CreatedKeySerializer})
    def post(self, request: Request) -> Response:
        """Make a key, which is shown in this answer and never again."""
        keys, made = OrchestratorRegistry.get("api_keys"), new_key()
        wanted = validated(NewKeySerializer, request)
        keys.stage_create(
            user=request.user,
            prefix=made.prefix,
            sha256=made.sha256,
            held=rights_of_request(request),
            **wanted,
        )
        response = run_response(keys)
        response.data = {**response.data, "key": made.key}
        return response


class ApiKeyDetail(ModelAPIView):
    """One API key."""

    write_role = "reader"
    read_permission = write_permission = "api_keys.use"
    people_only = True

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key_id: UUID) -> Response:
        """Revoke a key of one's own, or with the permission users.manage that of anybody who may no more."""
        user, keys = cast("User", request.user), OrchestratorRegistry.get("api_keys")
        owner = None if may(user, EVERYBODYS) else user.pk
        keys.stage_revoke(key_id=key_id, owner=owner, held=rights_of_request(request))
        return run_response(keys)
