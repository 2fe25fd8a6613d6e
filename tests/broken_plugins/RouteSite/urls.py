"""Its route lies where no organisation is asked for."""

from django.http import HttpResponse
from django.urls import path


def page(request, **_):
    return HttpResponse("RouteSite")


urlpatterns = [path("site/mine", page)]
