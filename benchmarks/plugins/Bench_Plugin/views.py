"""Endpoints of the benchmark."""

from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView
from NimbusVaultConstants.CommonConstants.Runs import run_response, validated
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from Plugins.Bench_Plugin.bll.Rows.GetApisbll import get_row
from Plugins.Bench_Plugin.serializers import RowSerializer


class Rows(ModelAPIView):
    """Write a row."""

    def post(self, request: Request) -> Response:
        bench = OrchestratorRegistry.get("bench")
        bench.stage_create(**validated(RowSerializer, request))
        return run_response(bench)


class RowDetail(ModelAPIView):
    """Read a row."""

    def get(self, request: Request, row_id: int) -> Response:
        return Response(get_row(row_id=row_id))
