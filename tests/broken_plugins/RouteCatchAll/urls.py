"""Its route matches everything."""

from django.http import HttpResponse
from django.urls import path


def page(request, **_):
    return HttpResponse("RouteCatchAll")


urlpatterns = [path("<path:rest>", page)]
