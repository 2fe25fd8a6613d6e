"""Routes of activity, under /vault/."""

from django.urls import path

from Plugins.Activity_Plugin.views import Activity

urlpatterns = [
    path("activity", Activity.as_view()),
]
