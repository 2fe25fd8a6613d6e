"""Routes of sessions."""

from django.urls import path

from VaultManagement.Sessions.views import OwnSession, OwnSessions, SessionsOfUser

urlpatterns = [
    path("auth/sessions", OwnSessions.as_view()),
    path("auth/sessions/<uuid:session_id>", OwnSession.as_view()),
    path("users/<uuid:user_id>/sessions", SessionsOfUser.as_view()),
]
