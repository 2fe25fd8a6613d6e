"""Routes as a careless plugin might bring them: plain Django views that check nothing themselves."""

from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path

from NimbusVaultConstants.CommonConstants.CommonConstants import public


def plain(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"user": str(request.user)})


@public
def open_to_all(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"user": str(request.user)})


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(f"{group.name}\n" for group in Group.objects.order_by("name"))


def bare_message(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"msg": "Not today."}, status=409)


def raises(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the secret is swordfish")


urlpatterns = [
    path("vault/plain", plain),
    path("vault/open", open_to_all),
    path("vault/streamed", streamed),
    path("vault/bare", bare_message),
    path("vault/raises", raises),
    path("vault/health/not-public", plain),
    path("vault/site/not-public", plain),
]
