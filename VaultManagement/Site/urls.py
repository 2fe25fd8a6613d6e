"""Routes of operators. None of them belongs to an organisation."""

from django.urls import path

from VaultManagement.Site.views import (
    Hooks,
    OrganisationDetail,
    OrganisationExport,
    OrganisationImport,
    OrganisationResume,
    Organisations,
    OrganisationSuspend,
    SitePluginDetail,
    SitePluginHookLift,
    SitePluginOrganisations,
    SitePlugins,
    SiteSignIn,
)

urlpatterns = [
    path("site/token", SiteSignIn.as_view()),
    path("site/organisations", Organisations.as_view()),
    path("site/organisations/<str:slug>", OrganisationDetail.as_view()),
    path("site/organisations/<str:slug>/suspend", OrganisationSuspend.as_view()),
    path("site/organisations/<str:slug>/resume", OrganisationResume.as_view()),
    path("site/organisations/<str:slug>/export", OrganisationExport.as_view()),
    path("site/organisations/<str:slug>/import", OrganisationImport.as_view()),
    path("site/plugins", SitePlugins.as_view()),
    path("site/plugins/<str:name>", SitePluginDetail.as_view()),
    path("site/plugins/<str:name>/organisations", SitePluginOrganisations.as_view()),
    path("site/plugins/<str:name>/hooks/<str:hook>/lift", SitePluginHookLift.as_view()),
    path("site/hooks", Hooks.as_view()),
]
