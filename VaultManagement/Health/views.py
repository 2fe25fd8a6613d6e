"""Endpoints of health, for load balancers and supervisors; anybody may ask."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView, public
from VaultManagement.Health.bll import GetApisbll
from VaultManagement.Health.serializers import LivenessSerializer, ReadinessSerializer

NOT_CACHED = {"Cache-Control": "no-store"}


@public  # checklist: allow public-views: supervisors have no account
class Live(ModelAPIView):
    """Whether the process answers at all; if not, restart it."""

    @extend_schema(responses=LivenessSerializer)
    def get(self, request: Request) -> Response:
        return Response({"status": "ok"}, headers=NOT_CACHED)


@public  # checklist: allow public-views: load balancers have no account
class Ready(ModelAPIView):
    """Whether requests should be sent here; if not, the components say why."""

    @extend_schema(responses={200: ReadinessSerializer, 503: ReadinessSerializer})
    def get(self, request: Request) -> Response:
        readiness = GetApisbll.get_readiness()
        return Response(readiness, status=200 if readiness["status"] == "ok" else 503, headers=NOT_CACHED)
