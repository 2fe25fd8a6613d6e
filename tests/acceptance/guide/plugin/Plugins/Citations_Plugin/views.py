from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView, flatten_serializer_errors
from Orchestrators.CitationsOrchestrators.CitationsOrchestrator import CitationsOrchestrator
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from Plugins.Citations_Plugin.bll.Citations.GetApisbll import citations_bll
from Plugins.Citations_Plugin.serializers import RecordCitationSerializer


class Citations(ModelAPIView):
    def get(self, request):
        return Response(data=citations_bll())


class RecordCitation(ModelAPIView):
    def post(self, request):
        serializer = RecordCitationSerializer(data=request.data)
        if not serializer.is_valid():
            return Response(status=400, data={"msg": flatten_serializer_errors(serializer.errors)})
        citations: CitationsOrchestrator = OrchestratorRegistry.get("citations")
        citations.stage_record(user=request.user, **serializer.validated_data)
        run = citations.mainorchestrator
        run.execute()
        return Response(
            data=run.get_context_value("result", check_validation=False),
            status=run.get_context_value("result_status", check_validation=False) or 201,
        )
