"""Needs a third package."""

import a_third_package_that_nobody_has  # noqa: F401

urlpatterns = []
