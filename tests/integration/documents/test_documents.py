"""Documents over REST: uploading, finding, describing."""

import hashlib
import json
import uuid
from typing import Any

import pytest

from tests.integration.documents.conftest import MakeMember, Member


def test_x():
    pass
