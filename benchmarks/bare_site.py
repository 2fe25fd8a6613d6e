"""The yardstick: a Django REST framework site as its tutorial makes one, for the same row.

`startproject`'s own middleware, a ModelSerializer and generic views, Django's own database backends. No organisation,
sign-in, permission, run or hook.
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


def bare_site(databases: dict[str, Any]) -> WSGIHandler:
    """The site as a WSGI application, its one table made anew.

    Parameters: `databases`, Django's DATABASES with `default` only.
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
        MIDDLEWARE=MIDDLEWARE,
        SECRET_KEY=os.urandom(16).hex(),
        USE_TZ=True,
        REST_FRAMEWORK={
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        },
    )
    django.setup()
    _define_routes()
    return WSGIHandler()


urlpatterns: list[Any] = []


def _define_routes() -> None:
    from django.db import connection, models
    from rest_framework import generics, serializers

    class BareRow(models.Model):
        title = models.CharField(max_length=255)
        target_url = models.URLField(max_length=2048)
        created_at = models.DateTimeField(auto_now_add=True)

        class Meta:
            app_label = "bare"

    class RowSerializer(serializers.ModelSerializer):
        class Meta:
            model = BareRow
            fields = ("id", "title", "target_url")

    class Rows(generics.CreateAPIView):
        queryset = BareRow.objects.all()
        serializer_class = RowSerializer

    class RowDetail(generics.RetrieveAPIView):
        queryset = BareRow.objects.all()
        serializer_class = RowSerializer

    with connection.schema_editor() as editor:
        editor.create_model(BareRow)
    urlpatterns[:] = [path("rows", Rows.as_view()), path("rows/<int:pk>", RowDetail.as_view())]
