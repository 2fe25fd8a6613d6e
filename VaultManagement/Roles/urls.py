"""Routes of roles and permissions."""

from django.urls import path

from VaultManagement.Roles.views import Permissions, RoleDetail, Roles

urlpatterns = [
    path("permissions", Permissions.as_view()),
    path("roles", Roles.as_view()),
    path("roles/<str:name>", RoleDetail.as_view()),
]
