"""The core's routes with those of three plugins: one is well, two cannot be described."""

from typing import Any

from django.urls import include, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from NimbusVault.urls import urlpatterns as core
from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView


class GoodSerializer(serializers.Serializer):
    title = serializers.CharField()


class BrokenSerializer(serializers.Serializer):
    def get_fields(self) -> Any:
        raise RuntimeError("these fields cannot be made")


def view_of(plugin: str, serializer: Any, **attributes: Any) -> Any:
    """A view as if `plugin` had brought it."""

    @extend_schema(request=serializer, responses=serializer)
    def post(self: Any, request: Any) -> Response:
        return Response({})

    attributes |= {"post": post, "__module__": f"Plugins.{plugin}.views"}
    return type(f"{plugin}View", (ModelAPIView,), attributes).as_view()


def refuse(self: Any, **_: Any) -> None:
    raise RuntimeError("this view cannot be made")


urlpatterns = [
    *core,
    path(
        "vault/",
        include(
            [
                path("good/things", view_of("Good_Plugin", GoodSerializer)),
                path("broken/things", view_of("Broken_Plugin", BrokenSerializer)),
                path("broken/others", view_of("Broken_Plugin", GoodSerializer)),
                path("unmade/things", view_of("Unmade_Plugin", GoodSerializer, __init__=refuse)),
            ]
        ),
    ),
]
