"""Imports REST framework before Django is there, which would freeze wrong defaults for everybody."""

from rest_framework.views import APIView  # noqa: F401
