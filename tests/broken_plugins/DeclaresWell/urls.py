from django.urls import path

from VaultErrors.BackendErrors import errors
from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView


class Page(ModelAPIView):
    def get(self, request):
        raise errors.bad_request.NotFound("Nothing.")


urlpatterns = [path("declares-well", Page.as_view())]
