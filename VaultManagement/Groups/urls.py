"""Routes of groups."""

from django.urls import path

from VaultManagement.Groups.views import GroupDetail, Groups

urlpatterns = [
    path("groups", Groups.as_view()),
    path("groups/<int:group_id>", GroupDetail.as_view()),
]
