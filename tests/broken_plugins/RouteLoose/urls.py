"""Its route takes in the core's by a looser parameter."""

from django.http import HttpResponse
from django.urls import path


def page(request, **_):
    return HttpResponse("RouteLoose")


urlpatterns = [path("documents/<path:rest>", page)]
