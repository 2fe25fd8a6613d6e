"""Endpoints: each validates, calls one thing, responds. Members reach them; `read_role` and `write_role` say which."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView{% if cookiecutter.models %}
from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer, paged
from NimbusVaultConstants.CommonConstants.Runs import run_response, validated
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from Plugins.{{ cookiecutter.plugin_name }}.bll.{{ cookiecutter.noun }} import GetApisbll
from Plugins.{{ cookiecutter.plugin_name }}.serializers import EntrySerializer, NewEntrySerializer{% else %}
from Plugins.{{ cookiecutter.plugin_name }}.serializers import GreetingSerializer{% endif %}


class {{ cookiecutter.noun }}(ModelAPIView):
{% if cookiecutter.models %}    """The entries of the organisation."""

    @extend_schema(parameters=[PageQuerySerializer], responses=paged(EntrySerializer))
    def get(self, request: Request) -> Response:
        """The entries, the newest first."""
        return Response(GetApisbll.list_entries(**validated(PageQuerySerializer, request)))

    @extend_schema(request=NewEntrySerializer, responses={201: EntrySerializer})
    def post(self, request: Request) -> Response:
        """Write an entry."""
        {{ cookiecutter.word }} = OrchestratorRegistry.get("{{ cookiecutter.word }}")
        {{ cookiecutter.word }}.stage_write(user=request.user, **validated(NewEntrySerializer, request))
        return run_response({{ cookiecutter.word }}){% else %}    """A greeting, to begin with."""

    @extend_schema(responses=GreetingSerializer)
    def get(self, request: Request) -> Response:
        """Greet whoever asks."""
        return Response({"greeting": f"Hello, {request.user.username}."}){% endif %}
