"""urls.py has no urlpatterns."""
