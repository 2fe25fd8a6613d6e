"""Forgets as_view()."""

from django.urls import path
from django.views import View

urlpatterns = [path("route-class-view/page", View)]
