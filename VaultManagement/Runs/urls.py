"""Routes of runs, in organisations and on the site."""

from django.urls import path

from VaultManagement.Runs import views

urlpatterns = [
    path("runs", views.Runs.as_view()),
    path("runs/deliveries", views.Deliveries.as_view()),
    path("runs/deliveries/<int:delivery_id>/replay", views.DeliveryReplay.as_view()),
    path("runs/<uuid:run_id>", views.RunDetail.as_view()),
    path("runs/<uuid:run_id>/cancel", views.RunCancel.as_view()),
    path("runs/<uuid:run_id>/retry", views.RunRetry.as_view()),
    path("runs/<uuid:run_id>/settle", views.RunSettle.as_view()),
    path("site/runs", views.SiteRuns.as_view()),
    path("site/runs/deliveries", views.SiteDeliveries.as_view()),
    path("site/runs/deliveries/<int:delivery_id>/replay", views.SiteDeliveryReplay.as_view()),
    path("site/runs/<uuid:run_id>", views.SiteRunDetail.as_view()),
    path("site/runs/<uuid:run_id>/cancel", views.SiteRunCancel.as_view()),
    path("site/runs/<uuid:run_id>/retry", views.SiteRunRetry.as_view()),
    path("site/runs/<uuid:run_id>/settle", views.SiteRunSettle.as_view()),
]
