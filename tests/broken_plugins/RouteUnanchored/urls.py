"""Its regular expression matches anywhere in a path."""

from django.http import HttpResponse
from django.urls import re_path


def page(request, **_):
    return HttpResponse("RouteUnanchored")


urlpatterns = [re_path(r"ping$", page)]
