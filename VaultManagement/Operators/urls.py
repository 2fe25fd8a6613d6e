"""Routes of operators' sign-in."""

from django.urls import path

from VaultManagement.Operators.views import SiteSignOut

urlpatterns = [path("site/logout", SiteSignOut.as_view())]
