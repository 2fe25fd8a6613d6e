"""The function by which PostgreSQL finds the member of a session gives what the ORM would."""

import os
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils.timezone import now

from VaultModels.models import User
from VaultPlatform.identity.service import member_of_session, session_service

pytestmark = pytest.mark.skipif(
    os.environ.get("VAULT_TEST_DATABASE") != "postgresql", reason="about PostgreSQL alone"
)


def test_its_columns_are_the_model_s(org: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM member_of_session(gen_random_uuid(), now())")
        columns = [column.name for column in cursor.description]
    assert columns == [*(f"o_{field.column}" for field in User._meta.concrete_fields), "o_permissions"]


def test_it_finds_the_row_that_the_orm_finds(org: Any, client_for: Any) -> None:
    client = client_for(org, "reader")
    session = session_service.filter(user_id=client.id)[0]
    found = member_of_session(str(session.id))
    assert found is not None
    known = User.objects.get(id=client.id)
    for field in User._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(known, field.attname)
    session_service.update(session, expires_at=now() - timedelta(seconds=1))
    assert member_of_session(str(session.id)) is None
