"""The smallest plugin: one file, no __init__.py."""

from django.http import HttpResponse
from django.urls import path


def page(request, **_):
    return HttpResponse("Bare")


urlpatterns = [path("bare/ping", page)]
