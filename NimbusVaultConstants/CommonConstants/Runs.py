"""The two halves of a write view: what came in, checked; what the run left, as a response."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from NimbusVaultConstants.CommonConstants.SerializerErrors import flatten_serializer_errors
from VaultErrors.BackendErrors import errors


def validated(serializer: type[Serializer], request: Request, *, partial: bool = False) -> dict[str, Any]:
    """The body (of GET and HEAD: the query) as `serializer` reads it. Raises ValidationError naming every field."""
    data = request.query_params if request.method in {"GET", "HEAD"} else request.data
    return checked(serializer, data, partial=partial)


def checked(serializer: type[Serializer], data: Any, *, partial: bool = False) -> dict[str, Any]:
    """`data` as `serializer` reads it. Raises ValidationError naming every field."""
    bound = serializer(data=data, partial=partial)
    if not bound.is_valid():
        raise errors.bad_request.ValidationError(flatten_serializer_errors(bound.errors))
    return dict(bound.validated_data)


def run_response(orchestrator: Any, *, default_status: int = 200) -> Response:
    """Execute what `orchestrator` has staged and answer with its `result` and `result_status`."""
    run = orchestrator.mainorchestrator
    run.execute()
    status = run.get_context_value("result_status", check_validation=False) or default_status
    return Response(run.get_context_value("result", check_validation=False), status=status)
