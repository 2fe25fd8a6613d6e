"""A write that is sent twice with one `Idempotency-Key` happens once, and is answered alike."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now

from Orchestrators.Faults import install_faults
from tests.clients import Client, statements
from VaultManagement.Documents.bll.service import document_service
from VaultManagement.Groups.bll.service import group_service
from VaultPlatform.runs.service import run_service


@pytest.fixture
def admin(client_for: Callable[..., Client], org: Any) -> Client:
    return client_for(org)


def keyed(client: Client, path: str, body: Any, key: str, **options: Any) -> Any:
    return client.post(f"/vault/{path}", body, headers={"Idempotency-Key": key}, **options)


def test_the_same_request_happens_once_and_is_answered_alike(admin: Client) -> None:
    first, second = (keyed(admin, "groups", {"name": "clerks"}, "k-1") for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert first.content == second.content
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert group_service.filter(name="clerks").count() == 1


def test_another_body_or_query_under_the_same_key_is_refused(admin: Client) -> None:
    assert keyed(admin, "groups", {"name": "clerks"}, "k-1").status_code == 201
    other = keyed(admin, "groups", {"name": "judges"}, "k-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert keyed(admin, "groups?x=1", {"name": "clerks"}, "k-1").status_code == 422
    assert group_service.filter().count() == 1


def test_another_principal_path_or_organisation_has_keys_of_its_own(
    admin: Client, make_org: Callable[..., Any], client_for: Callable[..., Client], org: Any
) -> None:
    second = client_for(org, "administrator", "another")
    elsewhere = client_for(make_org())
    answers = [
        keyed(admin, "groups", {"name": "a"}, "k-1"),
        keyed(second, "groups", {"name": "b"}, "k-1"),
        keyed(elsewhere, "groups", {"name": "a"}, "k-1"),
        keyed(admin, "roles", {"name": "r", "permissions": ["documents.read"]}, "k-1"),
    ]
    assert [answer.status_code for answer in answers] == [201] * 4
    assert not any("Idempotency-Replayed" in answer.headers for answer in answers)


def test_a_refused_request_frees_its_key(admin: Client) -> None:
    assert keyed(admin, "groups", {"name": "clerks"}, "k-1").status_code == 201
    assert keyed(admin, "groups", {"name": "clerks"}, "k-2").status_code == 409
    group_service.filter(name="clerks").delete()
    assert keyed(admin, "groups", {"name": "clerks"}, "k-2").status_code == 201


def upload(content: bytes = b"content", title: str = "t") -> dict[str, Any]:
    return {"file": SimpleUploadedFile("a.txt", content, "text/plain"), "title": title}


def test_an_upload_is_recognised_whatever_the_boundary_of_its_parts(admin: Client) -> None:
    first = keyed(admin, "documents", upload(), "k-1", format="multipart")
    boundary = "another-boundary-42"
    parts = [
        (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n'
            "Content-Type: text/plain\r\n\r\ncontent\r\n"
        ),
        f'--{boundary}\r\nContent-Disposition: form-data; name="title"\r\n\r\nt\r\n--{boundary}--\r\n',
    ]
    second = keyed(
        admin, "documents", "".join(parts), "k-1", content_type=f"multipart/form-data; boundary={boundary}"
    )
    assert (first.status_code, second.status_code) == (201, 201), second.content
    assert first.json() == second.json()
    assert document_service.filter().count() == 1
    other = keyed(admin, "documents", upload(b"other"), "k-1", format="multipart")
    assert other.status_code == 422


def test_an_answer_without_a_body_is_replayed_too(admin: Client) -> None:
    document = admin.post("/vault/documents", upload(), format="multipart").json()["id"]
    answers = [
        admin.delete(f"/vault/documents/{document}", headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2


def test_a_secret_is_shown_once_and_kept_nowhere(admin: Client) -> None:
    until = (now() + timedelta(days=7)).isoformat()
    body = {"name": "robot", "permissions": ["documents.read"], "expires_at": until}
    first, second = (keyed(admin, "api-keys", body, "k-1") for _ in range(2))
    assert first.status_code == 201, first.content
    assert second.status_code == 409
    assert "secret" in second.json()["msg"]
    secret = first.json()["key"]
    for row in run_service.filter():
        assert secret not in json.dumps([row.result, row.response, row.steps, row.plan], default=str)


def test_while_the_first_is_at_work_the_second_is_told_so(admin: Client) -> None:
    told: list[Any] = []

    def at(moment: str) -> None:
        if moment == "before step" and not told:
            told.append(None)
            told[0] = keyed(admin, "documents", upload(), "k-1", format="multipart")

    install_faults(at)
    try:
        first = keyed(admin, "documents", upload(), "k-1", format="multipart")
    finally:
        install_faults(None)
    assert first.status_code == 201
    assert told[0].status_code == 409
    assert told[0].headers["Retry-After"] == "1"
    assert document_service.filter().count() == 1


def test_after_a_day_a_key_is_new(admin: Client) -> None:
    assert keyed(admin, "groups", {"name": "clerks"}, "k-1").status_code == 201
    run_service.filter().update(created_at=now() - timedelta(hours=25))
    assert keyed(admin, "groups", {"name": "judges"}, "k-1").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there", "ümlaut"])
def test_a_key_that_is_none_is_refused(admin: Client, key: str) -> None:
    answer = keyed(admin, "groups", {"name": "clerks"}, key)
    assert answer.status_code == 400
    assert "1 to 255" in answer.json()["msg"]


def test_signing_in_takes_no_notice_of_it(org: Any, admin: Client) -> None:
    answers = [
        keyed(admin, "auth/password", {"old_password": "no", "password": "x" * 20}, "k") for _ in range(2)
    ]
    assert not any("Idempotency-Replayed" in answer.headers for answer in answers)


def test_a_read_takes_no_notice_of_it(admin: Client) -> None:
    assert admin.get("/vault/groups", headers={"Idempotency-Key": str(uuid4())}).status_code == 200


def test_it_costs_the_look_for_the_key_and_whether_there_is_more_to_keep(admin: Client) -> None:
    with statements() as counted:
        admin.post("/vault/groups", {"name": "a"})
        plain = counted()["default"]
    with statements() as counted:
        keyed(admin, "groups", {"name": "b"}, "k")
        assert counted()["default"] == plain + 2
