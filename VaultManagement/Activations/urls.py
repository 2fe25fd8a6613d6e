"""Routes of activations. None of them belongs to an organisation."""

from django.urls import path

from VaultManagement.Activations.views import (
    ActivationDetail,
    Activations,
    SitePluginDisable,
    SitePluginEnable,
)

urlpatterns = [
    path("site/plugins/<str:name>/enable", SitePluginEnable.as_view()),
    path("site/plugins/<str:name>/disable", SitePluginDisable.as_view()),
    path("site/activations", Activations.as_view()),
    path("site/activations/<str:activation>", ActivationDetail.as_view()),
]
