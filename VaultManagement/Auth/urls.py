"""Routes of sign-in."""

from django.urls import path

from VaultManagement.Auth.views import Me, OwnPassword, SignIn, SignOut, TokenRefresh

urlpatterns = [
    path("auth/token", SignIn.as_view()),
    path("auth/refresh", TokenRefresh.as_view()),
    path("auth/logout", SignOut.as_view()),
    path("auth/me", Me.as_view()),
    path("auth/password", OwnPassword.as_view()),
]
