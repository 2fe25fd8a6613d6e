"""Routes of API keys."""

from django.urls import path

from VaultManagement.ApiKeys.views import ApiKeyDetail, ApiKeys

urlpatterns = [
    path("api-keys", ApiKeys.as_view()),
    path("api-keys/<uuid:key_id>", ApiKeyDetail.as_view()),
]
