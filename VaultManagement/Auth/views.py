"""Endpoints of sign-in: each validates, calls one thing, responds."""

from typing import TYPE_CHECKING, cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView, public
from NimbusVaultConstants.CommonConstants.Runs import run_response, validated
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from VaultErrors.BackendErrors import errors
from VaultManagement.Auth.bll import GetApisbll
from VaultManagement.Auth.serializers import (
    MeSerializer,
    NewPasswordSerializer,
    RefreshSerializer,
    SignInSerializer,
    TokenPairSerializer,
)
from VaultPlatform.identity.rights import session_of_request
from VaultPlatform.web.addresses import client_address

if TYPE_CHECKING:
    from VaultModels.models import User
    from VaultPlatform.identity.tokens import AccessToken


@public  # checklist: allow public-views: nobody is signed in yet
class SignIn(ModelAPIView):
    """Exchange a name and a password for an access and a refresh token."""

    @extend_schema(request=SignInSerializer, responses=TokenPairSerializer)
    def post(self, request: Request) -> Response:
        auth = OrchestratorRegistry.get("auth")
        given = validated(SignInSerializer, request)
        address = client_address(request)
        auth.stage_sign_in(
            user=GetApisbll.get_member(**given, address=address),
            address=address,
            user_agent=request.headers.get("User-Agent", ""),
        )
        return run_response(auth)


@public  # checklist: allow public-views: the refresh token is the proof
class TokenRefresh(ModelAPIView):
    """Exchange a refresh token for a new pair; each is good once, and one that comes back ends the session."""

    @extend_schema(request=RefreshSerializer, responses=TokenPairSerializer)
    def post(self, request: Request) -> Response:
        auth = OrchestratorRegistry.get("auth")
        auth.stage_refresh(token=GetApisbll.get_refresh_token(**validated(RefreshSerializer, request)))
        response = run_response(auth)
        if response.data is None:
            raise errors.bad_request.Unauthenticated(
                "This refresh token was used before; its session is ended."
            )
        return response


class SignOut(ModelAPIView):
    """End the session: its access and refresh tokens are refused from now on."""

    read_permission = write_permission = ""
    people_only = True

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        auth = OrchestratorRegistry.get("auth")
        auth.stage_sign_out(session_id=cast("AccessToken", request.auth)["sid"])
        return run_response(auth)


class OwnPassword(ModelAPIView):
    """The password of whoever is signed in."""

    read_permission = write_permission = ""
    people_only = True

    @extend_schema(request=NewPasswordSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Change it, which ends all other sessions."""
        auth, user = OrchestratorRegistry.get("auth"), cast("User", request.user)
        given = validated(NewPasswordSerializer, request)
        old = given["old_password"]
        GetApisbll.check_own_password(user=user, password=old, address=client_address(request))
        auth.stage_password(user=user, password=given["password"], keep_session=session_of_request(request))
        return run_response(auth)


class Me(ModelAPIView):
    """Who the token or the API key stands for."""

    read_permission = ""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        return Response(GetApisbll.get_me(user=cast("User", request.user)))
