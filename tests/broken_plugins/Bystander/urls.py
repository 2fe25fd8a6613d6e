"""No routes."""

urlpatterns = []
