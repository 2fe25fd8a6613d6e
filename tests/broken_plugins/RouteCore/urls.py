"""Its route is a core route under other parameter names."""

from django.http import HttpResponse
from django.urls import path


def page(request, **_):
    return HttpResponse("RouteCore")


urlpatterns = [path("documents/<uuid:anything>", page)]
