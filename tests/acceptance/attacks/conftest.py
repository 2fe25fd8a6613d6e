"""A real server to attack."""

from tests.acceptance.documents.conftest import server

__all__ = ["server"]
