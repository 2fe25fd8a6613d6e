"""The yardstick: the least Django REST framework site that validates, writes and reads the same row.

No organisation, sign-in, permission, run or hook, and Django's own database backends.
"""

import os
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.urls import path


def bare_site(databases: dict[str, Any]) -> WSGIHandler:
    """The site as a WSGI application, its one table made anew.

    Parameters: `databases`, Django's DATABASES with `default` only.
    """
    settings.configure(
        DATABASES=databases,
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"],
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["*"],
        MIDDLEWARE=[],
        SECRET_KEY=os.urandom(16).hex(),
        USE_TZ=True,
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "DEFAULT_PERMISSION_CLASSES": [],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
            "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        },
    )
    django.setup()
    _define_routes()
    return WSGIHandler()


urlpatterns: list[Any] = []


def _define_routes() -> None:
    from django.db import connection, models
    from django.shortcuts import get_object_or_404
    from rest_framework import serializers
    from rest_framework.response import Response
    from rest_framework.views import APIView

    class BareRow(models.Model):
        title = models.CharField(max_length=255)
        target_url = models.URLField(max_length=2048)
        created_at = models.DateTimeField(auto_now_add=True)

        class Meta:
            app_label = "bare"

    class RowSerializer(serializers.Serializer):
        title = serializers.CharField(max_length=255)
        target_url = serializers.URLField(max_length=2048)

    def shown(row: Any) -> dict[str, Any]:
        return {"id": row.pk, "title": row.title, "target_url": row.target_url}

    class Rows(APIView):
        def post(self, request: Any) -> Response:
            serializer = RowSerializer(data=request.data)
            serializer.is_valid(raise_exception=True)
            return Response(shown(BareRow.objects.create(**serializer.validated_data)), status=201)

    class RowDetail(APIView):
        def get(self, request: Any, row_id: int) -> Response:
            return Response(shown(get_object_or_404(BareRow, pk=row_id)))

    with connection.schema_editor() as editor:
        editor.create_model(BareRow)
    urlpatterns[:] = [path("rows", Rows.as_view()), path("rows/<int:row_id>", RowDetail.as_view())]
