"""Routes of members."""

from django.urls import path

from VaultManagement.Users.views import UserDetail, Users

urlpatterns = [
    path("users", Users.as_view()),
    path("users/<uuid:user_id>", UserDetail.as_view()),
]
