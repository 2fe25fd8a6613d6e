from django.urls import path

from Plugins.Citations_Plugin.views import Citations, RecordCitation

urlpatterns = [
    path("citations", Citations.as_view()),
    path("citations/record", RecordCitation.as_view()),
]
