"""Imports the views."""

from django.urls import path

from Plugins.ViewsSyntax.views import page

urlpatterns = [path("views-syntax/page", page)]
