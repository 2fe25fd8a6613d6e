"""The OpenAPI document and the Swagger page; both are public, and load nothing from other hosts."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView, public
from VaultPlatform.identity.gate import organisation_of
from VaultPlatform.web.openapi import api_description

#: The page runs the site's own scripts and asks the site alone; nothing inline, no other host, no frame around it.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@public  # checklist: allow public-views: the description holds no data
class ApiSchema(ModelAPIView):
    """The OpenAPI 3.1 document: that of the organisation in the header `Org`, without one the site's."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        if "Org" not in request.headers:
            return Response(api_description())
        organisation = organisation_of(request._request)  # noqa: SLF001  # Django's own request has no other name
        return Response(api_description(settings.PLUGIN_HOST.off_in(organisation)))


@public  # checklist: allow public-views: the page holds no data
class SwaggerPage(SpectacularSwaggerSplitView):  # checklist: allow views-derive: a page of drf-spectacular
    """A page to read and try the API."""

    http_method_names = ("get", "head")
    template_name = "vault/swagger.html"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        response.headers["Content-Security-Policy"] = _PAGE_POLICY
        return response
