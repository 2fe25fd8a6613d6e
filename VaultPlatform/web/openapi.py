"""The OpenAPI document: drf-spectacular's, with each plugin's part contained.

A plugin whose serializers or views cannot be described is left out, its whole part, and the rest of the document is as
good as without it. The document is made once a process for each choice of plugins that organisations have made.
"""

import re
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Any

import structlog
from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from NimbusVaultConstants.Modelentity.Modelentity import ModelName
from VaultPlatform.host.here import plugin_of
from VaultPlatform.identity.paths import is_site_path

log = structlog.get_logger(__name__)

ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["msg", "code", "request_id"],
    "properties": {
        "msg": {"type": "string", "description": "What was wrong and what to do, for people."},
        "code": {"type": "string", "description": "Stable name of the error, for programs."},
        "request_id": {"type": "string", "description": "Quote it when you report a problem."},
    },
}


_left_out: set[str] = set()


class BrokenDescription(Exception):
    """A plugin's view could not be described."""

    def __init__(self, plugin: str) -> None:
        super().__init__(plugin)
        self.plugin = plugin


class ContainedSchema(AutoSchema):
    """Describes a view; a plugin's failure to be described is raised as BrokenDescription."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """The view's operation object."""
        try:
            return super().get_operation(*args, **kwargs)
        except Exception as error:
            raise _blamed(self.view, error) from error

    def get_operation_id(self) -> str:
        """Method and path, which no two operations share: `get_documents_document_id`."""
        words = re.findall(r"[A-Za-z0-9]+", self.path.removeprefix(f"/{ModelName.url_vault}"))
        return "_".join([self.method.lower(), *words])

    def get_auth(self) -> list[Any]:
        """What a public view asks for: nothing."""
        return [] if getattr(self.view, "vault_public", False) else super().get_auth()

    def get_override_parameters(self) -> list[Any]:
        """Parameters that every operation has: the organisation's header, where one is needed."""
        if is_site_path(self.path):
            return []
        return [
            OpenApiParameter(
                "Org", str, OpenApiParameter.HEADER, required=True, description="The organisation."
            )
        ]


class PrincipalScheme(OpenApiAuthenticationExtension):
    """How the API description names the site's authentication."""

    target_class = "VaultPlatform.identity.authentication.PrincipalAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """The security scheme object."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class ContainedEnumerator(EndpointEnumerator):
    """Finds the operations of every view but those of the plugins in `left_out`."""

    def __init__(self, *args: Any, left_out: frozenset[str]) -> None:
        super().__init__(*args)
        self.left_out = left_out

    def should_include_endpoint(self, path: str, callback: Any) -> bool:
        """Whether the view behind a path is described."""
        included: bool = super().should_include_endpoint(path, callback)
        return included and plugin_of(callback.cls) not in self.left_out

    def get_allowed_methods(self, callback: Any) -> Any:
        """The methods of a view, which is made to ask it."""
        try:
            return super().get_allowed_methods(callback)  # type: ignore[no-untyped-call]
        except Exception as error:
            raise _blamed(callback.cls, error) from error


@lru_cache(maxsize=16)
def api_description(left_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The OpenAPI document as JSON-ready values, without the part of the plugins in `left_out`."""
    while True:
        try:
            document = _described(left_out)
            _left_out.update(left_out)
            return document
        except BrokenDescription as broken:
            log.warning("plugin_left_out_of_api_description", plugin=broken.plugin, exc_info=broken)
            left_out |= {broken.plugin}
        except Exception:
            culprits = set(_culprits(left_out))
            if not culprits:
                raise
            left_out |= culprits


def left_out_of_description() -> frozenset[str]:
    """The plugins that `api_description` had to do without."""
    return frozenset(_left_out)


def _described(left_out: frozenset[str]) -> dict[str, Any]:
    generator: Any = SchemaGenerator()
    generator.endpoint_inspector_cls = partial(ContainedEnumerator, left_out=left_out)
    document = generator.get_schema(request=None, public=True)
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Error"] = ERROR_SCHEMA
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    components["responses"] = {"Error": {"description": "What went wrong.", "content": answer}}
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].setdefault("default", {"$ref": "#/components/responses/Error"})
    return dict(document)


def _culprits(left_out: frozenset[str]) -> Iterator[str]:
    """Plugins with which alone the document cannot be made, though without any it can."""
    others = frozenset(settings.ACTIVE_PLUGINS)
    _described(others)
    for plugin in sorted(others - left_out):
        try:
            _described(others - {plugin})
        except Exception as error:
            log.warning("plugin_left_out_of_api_description", plugin=plugin, exc_info=error)
            yield plugin


def _blamed(view: Any, error: Exception) -> Exception:
    plugin = plugin_of(view)
    return error if plugin is None else BrokenDescription(plugin)
