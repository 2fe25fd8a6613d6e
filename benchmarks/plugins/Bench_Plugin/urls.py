"""Routes of the benchmark."""

from django.urls import path

from Plugins.Bench_Plugin.views import RowDetail, Rows

urlpatterns = [
    path("bench/rows", Rows.as_view()),
    path("bench/rows/<int:row_id>", RowDetail.as_view()),
]
