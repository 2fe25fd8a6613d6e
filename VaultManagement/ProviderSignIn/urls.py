"""Routes of signing in through a provider."""

from django.urls import path

from VaultManagement.ProviderSignIn.views import BeginProviderSignIn, FinishProviderSignIn

urlpatterns = [
    path("auth/oidc/start", BeginProviderSignIn.as_view()),
    path("auth/oidc/finish", FinishProviderSignIn.as_view()),
]
