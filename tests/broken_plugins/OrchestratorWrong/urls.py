"""A route that has to be taken out again."""

from django.http import HttpResponse
from django.urls import path


def page(request):
    return HttpResponse("OrchestratorWrong")


urlpatterns = [path("orchestrator-wrong/page", page)]
