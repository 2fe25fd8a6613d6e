"""The composition root: knows every room, and no room knows it."""

from NimbusVault.celery import app as celery_app

__all__ = ["celery_app"]
