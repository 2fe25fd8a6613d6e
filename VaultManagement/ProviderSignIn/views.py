"""Endpoints of signing in through a provider: each validates, calls one thing, responds."""

from datetime import timedelta

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView, public
from NimbusVaultConstants.CommonConstants.Runs import run_response, validated
from NimbusVaultConstants.Modelentity.Modelentity import ModelName
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from VaultManagement.Auth.serializers import TokenPairSerializer
from VaultManagement.ProviderSignIn.bll import GetApisbll
from VaultManagement.ProviderSignIn.serializers import AuthorizationUrlSerializer, ReturnSerializer
from VaultPlatform.web.addresses import client_address

#: Holds what binds a sign-in to the client that began it. It signs nobody in.
COOKIE = "vault_sign_in"
COOKIE_PATH = f"/{ModelName.url_vault}auth/oidc"
COOKIE_LIFE = timedelta(minutes=10)


@public  # checklist: allow public-views: nobody is signed in yet
class BeginProviderSignIn(ModelAPIView):
    """The way to the provider."""

    @extend_schema(request=None, responses=AuthorizationUrlSerializer)
    # checklist: allow views-answer: nothing is done yet that a run could undo
    def post(self, request: Request) -> Response:
        """Begin: the answer says where the person signs in, and a cookie binds the return to this client."""
        url, binding = GetApisbll.begin_sign_in()
        response = Response({"authorization_url": url})
        response.set_cookie(
            COOKIE,
            binding,
            max_age=COOKIE_LIFE,
            path=COOKIE_PATH,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
        return response


@public  # checklist: allow public-views: nobody is signed in yet
class FinishProviderSignIn(ModelAPIView):
    """The way back."""

    @extend_schema(request=ReturnSerializer, responses=TokenPairSerializer)
    def post(self, request: Request) -> Response:
        """Exchange what the provider has sent the person back with for an access and a refresh token."""
        sign_in = OrchestratorRegistry.get("provider_sign_in")
        binding = request.COOKIES.get(COOKIE, "")
        identity = GetApisbll.get_identity(**validated(ReturnSerializer, request), binding=binding)
        sign_in.stage_sign_in(
            identity=identity,
            address=client_address(request),
            user_agent=request.headers.get("User-Agent", ""),
        )
        response = run_response(sign_in)
        response.delete_cookie(COOKIE, path=COOKIE_PATH, samesite="Lax")
        return response
