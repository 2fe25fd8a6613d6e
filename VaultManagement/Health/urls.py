"""Routes of health."""

from django.urls import path

from VaultManagement.Health.views import Live, Ready

urlpatterns = [
    path("health/live", Live.as_view()),
    path("health/ready", Ready.as_view()),
]
