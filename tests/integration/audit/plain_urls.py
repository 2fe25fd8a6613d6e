"""Routes as a plugin might bring them: plain Django views that stage a run, write without one, or deny."""

from uuid import uuid4

from django.contrib.auth.models import Group
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from NimbusVaultConstants.CommonConstants.CommonConstants import public
from Orchestrators.ContextManager import db_step
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from VaultErrors.BackendErrors import errors


@db_step
def make_group(run: object) -> None:
    Group.objects.create(name=f"run-{uuid4().hex}")


@db_step
def read_groups(run: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM auth_group")


def _run(step: object) -> HttpResponse:
    run = OrchestratorRegistry.get("main")
    run.add_step(step, None)
    run.execute()
    return JsonResponse({})


def by_run(request: HttpRequest) -> HttpResponse:
    return _run(make_group)


def reading_run(request: HttpRequest) -> HttpResponse:
    return _run(read_groups)


def without_run(request: HttpRequest, number: int = 0) -> HttpResponse:
    Group.objects.create(name=f"plain-{uuid4().hex}")
    return JsonResponse({}, status=201)


def answers(request: HttpRequest) -> HttpResponse:
    return JsonResponse({})


@public
def open_to_all(request: HttpRequest) -> HttpResponse:
    return _run(make_group)


def denies(request: HttpRequest, number: int = 0) -> HttpResponse:
    run = OrchestratorRegistry.get("main")
    run.add_step(make_group, None)
    run.add_step(_denied, None)
    run.execute()
    return JsonResponse({})


@db_step
def _denied(run: object) -> None:
    raise errors.bad_request.PermissionDenied("Not you.")


urlpatterns = [
    path("vault/by-run", by_run),
    path("vault/reading-run", reading_run),
    path("vault/without-run", without_run),
    path("vault/without-run/<int:number>", without_run),
    path("vault/open", open_to_all),
    path("vault/denies/<int:number>", denies),
    path("vault/site/answers", answers),
]
