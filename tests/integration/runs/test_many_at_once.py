"""Twenty clients send the same request under one key at the same time; and a key outlives the process that took it."""

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections

from tests.clients import Client
from tests.site import REPOSITORY
from VaultManagement.Documents.bll.service import document_service
from VaultManagement.Groups.bll.service import group_service
from VaultPlatform import tenancy
from VaultPlatform.runs.service import run_service
from VaultPlatform.runs.sweep import sweep_once

CLIENTS = 20


def at_once(send: Callable[[], Any], org: Any) -> list[Any]:
    """What each of the clients is answered."""
    barrier = Barrier(CLIENTS)

    def one(_: int) -> Any:
        try:
            with tenancy.use(org):
                barrier.wait()
                return send()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(one, range(CLIENTS)))


def test_one_effect_and_one_answer_to_twenty(org: Any, client_for: Callable[..., Client]) -> None:
    admin = client_for(org)

    def send() -> Any:
        return admin.post("/vault/groups", {"name": "clerks"}, headers={"Idempotency-Key": "k"})

    answers = at_once(send, org)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert sum("Idempotency-Replayed" not in a.headers for a in answers if a.status_code == 201) == 1
    assert group_service.filter(name="clerks").count() == 1
    assert run_service.filter(idempotency_key__isnull=False).count() == 1
    assert send().headers["Idempotency-Replayed"] == "true"


def test_twenty_uploads_are_one(org: Any, client_for: Callable[..., Client]) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    admin = client_for(org)

    def send() -> Any:
        file = SimpleUploadedFile("a.txt", b"content", "text/plain")
        body = {"file": file, "title": "t"}
        return admin.post("/vault/documents", body, format="multipart", headers={"Idempotency-Key": "k"})

    answers = at_once(send, org)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert document_service.filter().count() == 1
    assert send().status_code == 201


def test_a_key_outlives_the_process_that_took_it(org: Any, client_for: Callable[..., Client]) -> None:
    """Killed behind the commit, before anything was answered: who asks again gets the answer of the first time."""
    admin = client_for(org)
    command = [sys.executable, "-m", "tests.integration.runs.request_program", org.slug]
    headers = {"Authorization": str(admin.defaults["HTTP_AUTHORIZATION"])}
    for moment in ("after step", "after write"):
        told = json.dumps({"moment": moment, "headers": headers, "key": moment, "title": moment})
        killed = subprocess.run([*command, told], cwd=REPOSITORY, capture_output=True, text=True, check=False)
        assert killed.returncode == -9, killed.stderr[-2000:]
        sweep_once()
        from tests.integration.runs.request_program import upload

        again = admin.post(
            "/vault/documents", upload(moment), format="multipart", headers={"Idempotency-Key": moment}
        )
        assert again.status_code == 201, again.content
        assert document_service.filter(title=moment).count() == 1
