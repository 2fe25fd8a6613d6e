"""Routes of the API's description."""

from django.urls import path

from VaultManagement.ApiDescription.views import ApiSchema, SwaggerPage

urlpatterns = [
    path("api/schema", ApiSchema.as_view(), name="api-schema"),
    path("api/swagger/", SwaggerPage.as_view(url_name="api-schema")),
]
