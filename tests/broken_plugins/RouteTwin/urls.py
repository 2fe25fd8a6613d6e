"""Its route is that of Witness, behind an include."""

from django.http import HttpResponse
from django.urls import include, path


def page(request, **_):
    return HttpResponse("RouteTwin")


urlpatterns = [path("witness/", include([path("ping", page)]))]
