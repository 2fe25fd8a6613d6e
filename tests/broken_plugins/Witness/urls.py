"""One route."""

from django.http import HttpResponse
from django.urls import path


def page(request, **_):
    return HttpResponse("Witness")


urlpatterns = [path("witness/ping", page)]
