"""The OpenAPI document and the Swagger page; both are public, and load nothing from other hosts."""

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerView
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView, public
from VaultPlatform.web.openapi import api_description


@public
class ApiSchema(ModelAPIView):
    """The OpenAPI 3.1 document of this site, plugins' routes included."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(api_description())


@public
class SwaggerPage(SpectacularSwaggerView):
    """A page to read and try the API."""

    http_method_names = ("get", "head")
