"""One route, which answers when the plugin is on."""

from django.http import HttpResponse
from django.urls import path

from Plugins.MigrationRaises.models import RaisedNote


def page(request, **_):
    return HttpResponse(f"{RaisedNote.objects.count()} raised notes")


urlpatterns = [path("migration-raises/notes", page)]
