"""The yardstick: a Django REST framework site as its tutorial makes one, for the same row.

`startproject`'s own middleware, a ModelSerializer and generic views, Django's own database backends. No organisation,
sign-in, permission, run or hook. The stripped form has no middleware either, and writes and shows the row by hand:
nothing that still is Django REST framework is leaner.
"""

import os
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.urls import path

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


STRIPPED: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}


def bare_site(databases: dict[str, Any], *, stripped: bool) -> WSGIHandler:
    """The site as a WSGI application, its one table made anew.

    Parameters: `databases`, Django's DATABASES with `default` only; `stripped`, whether in its leanest form.
    """
    settings.configure(
        DATABASES=databases,
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "django.contrib.messages",
            "rest_framework",
        ],
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["*"],
        MIDDLEWARE=[] if stripped else MIDDLEWARE,
        SECRET_KEY=os.urandom(16).hex(),
        USE_TZ=True,
        REST_FRAMEWORK={
            **(STRIPPED if stripped else {}),
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        },
    )
    django.setup()
    _define_routes(stripped=stripped)
    return WSGIHandler()


urlpatterns: list[Any] = []


def _define_routes(*, stripped: bool) -> None:
    from django.db import connection, models

    class BareRow(models.Model):
        title = models.CharField(max_length=255)
        target_url = models.URLField(max_length=2048)
        created_at = models.DateTimeField(auto_now_add=True)

        class Meta:
            app_label = "bare"
            db_table = "stripped_row" if stripped else "bare_row"

    with connection.schema_editor() as editor:
        editor.create_model(BareRow)
    rows, detail = _stripped_views(BareRow) if stripped else _generic_views(BareRow)
    urlpatterns[:] = [path("rows", rows.as_view()), path("rows/<int:pk>", detail.as_view())]


def _generic_views(model: Any) -> tuple[Any, Any]:
    from rest_framework import generics, serializers

    class RowSerializer(serializers.ModelSerializer):
        class Meta:
            fields = ("id", "title", "target_url")

    RowSerializer.Meta.model = model  # type: ignore[attr-defined]

    class Rows(generics.CreateAPIView):
        queryset = model.objects.all()
        serializer_class = RowSerializer

    class RowDetail(generics.RetrieveAPIView):
        queryset = model.objects.all()
        serializer_class = RowSerializer

    return Rows, RowDetail


def _stripped_views(model: Any) -> tuple[Any, Any]:
    from django.shortcuts import get_object_or_404
    from rest_framework import serializers
    from rest_framework.response import Response
    from rest_framework.views import APIView

    class RowSerializer(serializers.Serializer):
        title = serializers.CharField(max_length=255)
        target_url = serializers.URLField(max_length=2048)

    def shown(row: Any) -> dict[str, Any]:
        return {"id": row.pk, "title": row.title, "target_url": row.target_url}

    class Rows(APIView):
        def post(self, request: Any) -> Response:
            serializer = RowSerializer(data=request.data)
            serializer.is_valid(raise_exception=True)
            return Response(shown(model.objects.create(**serializer.validated_data)), status=201)

    class RowDetail(APIView):
        def get(self, request: Any, pk: int) -> Response:
            return Response(shown(get_object_or_404(model, pk=pk)))

    return Rows, RowDetail
