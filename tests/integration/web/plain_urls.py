"""Routes as a careless plugin might bring them: views of every kind that check nothing themselves."""

import json

from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views import View
from django.views.generic import RedirectView, TemplateView

from NimbusVault.urls import urlpatterns as core
from NimbusVaultConstants.CommonConstants.CommonConstants import public


def echo(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"body": json.loads(request.body or b"null"), "query": dict(request.GET)})


def form(request: HttpRequest) -> HttpResponse:
    files = {name: file.name for name, file in request.FILES.items()}
    return JsonResponse({"fields": dict(request.POST), "files": files})


def by_name(request: HttpRequest, name: str) -> HttpResponse:
    return JsonResponse({"found": Group.objects.filter(name=name).count()})


def large(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"bytes": len(request.read())})


large.max_body_bytes = 3 * 1024 * 1024  # type: ignore[attr-defined]


async def later(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"user": str(request.user)})


@public
async def later_for_all(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"user": str(request.user)})


class Classy(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse({"user": str(request.user)})

    delete = get


@public
def open_to_all(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open", headers={"Cache-Control": "public, max-age=60"})


urlpatterns = [
    *core,
    path(
        "vault/plain/",
        include(
            [
                path("echo", echo),
                path("form", form),
                path("names/<str:name>", by_name),
                path("large", large),
                path("later", later),
                path("later-for-all", later_for_all),
                path("class", Classy.as_view()),
                path("away", RedirectView.as_view(url="/vault/health/live")),
                path("page", TemplateView.as_view(template_name="vault/swagger.html")),
                path("open", open_to_all),
            ]
        ),
    ),
]
