"""An organisation always keeps an administrator who can sign in, also when two go at the same time."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction

from tests.clients import Client
from VaultManagement.Users.bll.service import user_service

ClientFor = Callable[..., Client]
LAST = "last active administrator"


def active_administrators() -> int:
    return user_service.filter(role="administrator", is_active=True).count()


@pytest.mark.parametrize("change", [{"role": "editor"}, {"role": "reader"}, {"is_active": False}])
def test_the_last_administrator_can_neither_be_demoted_nor_deactivated(
    org: Any, client_for: ClientFor, change: dict[str, Any]
) -> None:
    admin = client_for(org)
    user_service.create(username="gone", role="administrator", is_active=False)
    response = admin.patch(f"/vault/users/{admin.id}", {**change, "email": "new@example.org"})
    assert (response.status_code, LAST in response.json()["msg"]) == (409, True)
    shown = admin.get(f"/vault/users/{admin.id}").json()
    assert (shown["role"], shown["is_active"], shown["email"]) == ("administrator", True, "")


def test_the_last_administrator_cannot_be_deleted(org: Any, client_for: ClientFor) -> None:
    admin = client_for(org)
    client_for(org, "editor")
    response = admin.delete(f"/vault/users/{admin.id}")
    assert (response.status_code, LAST in response.json()["msg"]) == (409, True)
    assert active_administrators() == 1


def test_with_another_administrator_each_may_go(org: Any, client_for: ClientFor) -> None:
    first, second = client_for(org), client_for(org, username="second")
    assert first.patch(f"/vault/users/{first.id}", {"role": "editor"}).status_code == 200
    assert second.delete(f"/vault/users/{first.id}").status_code == 204
    assert second.patch(f"/vault/users/{second.id}", {"is_active": False}).status_code == 409


def test_the_last_administrator_can_be_changed_otherwise(org: Any, client_for: ClientFor) -> None:
    admin = client_for(org)
    assert admin.patch(f"/vault/users/{admin.id}", {"email": "a@example.org"}).status_code == 200


def test_members_can_go_where_no_administrator_is_left_by_other_means(
    org: Any, client_for: ClientFor
) -> None:
    """The rule guards the last administrator; it does not freeze everybody else."""
    admin, editor = client_for(org), client_for(org, "editor")
    assert admin.patch(f"/vault/users/{editor.id}", {"is_active": False}).status_code == 200
    assert admin.delete(f"/vault/users/{editor.id}").status_code == 204


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_of_two_administrators_who_go_at_once_one_stays(org: Any, client_for: ClientFor, method: str) -> None:
    pair = [client_for(org, username=name) for name in ("first", "second")]
    statuses: list[int] = []

    def go(client: Client) -> None:
        body = {"role": "reader"} if method == "patch" else None
        try:
            statuses.append(getattr(client, method)(f"/vault/users/{client.id}", body).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(client,)) for client in pair]
    with transaction.atomic():
        # Both rows are held until both requests are under way, so that neither is over before the other begins.
        assert len(user_service.filter(role="administrator").select_for_update().order_by("id")) == 2
        for thread in threads:
            thread.start()
        time.sleep(0.5)
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(statuses) == [200 if method == "patch" else 204, 409]
    assert active_administrators() == 1
