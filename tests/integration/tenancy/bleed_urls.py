"""A plugin's plain views, which know nothing of organisations: they read, write and fail on whichever is current."""

from django.contrib.auth.models import Group
from django.db import connection, connections, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path

from NimbusVaultConstants.CommonConstants.CommonConstants import public


def seen(**more: object) -> JsonResponse:
    """All that can be read, and the server's process that answered (the connection, where there is no server)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_backend_pid()")
            more["served_by"] = cursor.fetchone()[0]
        else:
            more["served_by"] = id(connections["default"])
    return JsonResponse({"names": list(Group.objects.values_list("name", flat=True)), **more})


@public
def read(request: HttpRequest) -> JsonResponse:
    return seen()


@public
def read_in_transaction(request: HttpRequest) -> JsonResponse:
    with transaction.atomic():
        return seen()


@public
def write(request: HttpRequest) -> JsonResponse:
    with transaction.atomic():
        Group.objects.create(name=request.GET["name"])
        return seen()


@public
def fail_in_transaction(request: HttpRequest) -> JsonResponse:
    with transaction.atomic():
        Group.objects.create(name=request.GET["name"])
        raise RuntimeError("as a plugin's code does")


@public
def fail_in_statement(request: HttpRequest) -> JsonResponse:
    Group.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")
    raise AssertionError("it cannot come to this")


urlpatterns = [
    path(f"vault/bleed/{view.__name__}", view)
    for view in (read, read_in_transaction, write, fail_in_transaction, fail_in_statement)
]
