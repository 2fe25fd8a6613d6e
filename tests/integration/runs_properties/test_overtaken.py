"""A request whose process was taken for dead in the middle of its run: what its client is told, and can do about it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils.timezone import now

from Orchestrators.Faults import install_faults
from tests.clients import Client
from tests.integration.runs_properties.children import Children
from VaultManagement.Documents.bll.service import document_service
from VaultPlatform.runs import handling, owners
from VaultPlatform.runs.planes import current_plane
from VaultPlatform.runs.service import run_owner_service, run_service

pytestmark = pytest.mark.timeout(240)
ELSEWHERE = "elsewhere"
#: More moments than an upload has outside of its transactions.
MOST = 12


@pytest.fixture
def admin(
    children: Children, client_for: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Client]:
    """An administrator, and this process as one whose lease nobody renews."""
    owners.resign()
    monkeypatch.setattr(owners, "RENEWAL", 600.0)
    yield client_for(children.org)
    owners.resign()


@contextmanager
def happening(number: int, what: Callable[[], object]) -> Iterator[list[UUID]]:
    """Have something happen at a moment of the next run, outside of its transactions; then its id is in the list."""
    passed, happened = [0], list[UUID]()

    def at(_: str) -> None:
        if connection.in_atomic_block:
            return
        passed[0] += 1
        running = run_service.filter(state="running").first()
        if passed[0] == number and running is not None:
            what()
            happened.append(running.id)

    install_faults(at)
    try:
        yield happened
    finally:
        install_faults(None)


def upload(client: Client, key: str) -> Any:
    file = SimpleUploadedFile("a.txt", b"content", "text/plain")
    body = {"file": file, "title": key}
    return client.post("/vault/documents", body, format="multipart", headers={"Idempotency-Key": key})


def taken_over(children: Children, *, resumable: bool) -> None:
    """The lease of this process is over, and another machine looks after what it has left."""
    run_service.filter(state="running").update(resumable=resumable)
    mine = owners.this_owner()
    run_owner_service.filter(id=mine.id).update(lease_until=now() - timedelta(seconds=1))
    children.have("sweep", host=ELSEWHERE)
    assert not run_owner_service.filter(id=mine.id).exists()
    owners.resign()


@pytest.mark.parametrize("state", ["compensated", "completed"])
def test_the_client_is_told_how_to_find_out_what_became_of_the_request(
    children: Children, admin: Client, state: str
) -> None:
    resumable, times = state == "completed", 0
    for number in range(1, MOST):
        key = f"moment-{number}"
        with happening(number, lambda: taken_over(children, resumable=resumable)) as happened:
            answer = upload(admin, key)
        if happened:
            [run_id] = happened
            assert answer.status_code == 409, answer.content
            assert answer.headers["Retry-After"] == "1"
            assert (answer.json()["code"], str(run_id) in answer.json()["msg"]) == ("conflict", True)
            assert admin.get(f"/vault/runs/{run_id}").json()["state"] == state
            again = upload(admin, key)
            assert again.status_code == 201, again.content
            assert ("Idempotency-Replayed" in again.headers) == (state == "completed")
            times += 1
        assert document_service.filter(title=key).count() == 1
        if times and not happened:
            break
    assert times >= 3


def test_the_client_is_told_that_somebody_has_cancelled_the_run(admin: Client) -> None:
    cancelled = set()
    for number in range(1, MOST):
        key = f"moment-{number}"

        def cancel() -> None:
            for run in run_service.filter(state="running"):
                handling.cancel(current_plane(), run.id)

        with happening(number, cancel) as happened:
            answer = upload(admin, key)
        if happened:
            cancelled.add((answer.status_code, answer.json()["code"]))
            assert "cancelled" in answer.json()["msg"]
            assert document_service.filter(title=key).count() == 0
        elif cancelled:
            break
    assert cancelled == {(409, "conflict")}
