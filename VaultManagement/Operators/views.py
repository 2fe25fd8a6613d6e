"""Endpoints of operators' sign-in: each validates, calls one thing, responds."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView
from NimbusVaultConstants.CommonConstants.Runs import run_response
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry


class SiteSignOut(ModelAPIView):
    """The end of an operator's sign-in."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Sign out: all tokens that the operator was given before are refused from now on, wherever they are."""
        operators = OrchestratorRegistry.get("operators")
        operators.stage_sign_out(operator=request.user)
        return run_response(operators)
