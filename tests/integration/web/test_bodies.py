"""What a request may carry: the same limits for a plugin's plain view as for the core's, and reasons for refusals."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

KIB = 1024
MIB = 1024 * 1024
DEEP = "[" * 10_000 + "]" * 10_000
ODD = {
    "a name twice": ('{"title": "a", "b": {"title": 1, "title": 2}}', 400, "title: this name is there twice"),
    "NaN": ('{"a": NaN}', 400, "NaN"),
    "Infinity": ("[-Infinity]", 400, "-Infinity"),
    "more than a double": ("[1e999]", 400, "1e999"),
    "5,000 digits": ("[" + "9" * 5000 + "]", 400, "5000 digits"),
    "NUL": ('{"a": [{"b": "x\\u0000y"}]}', 400, "a.0.b: text with NUL"),
    "half a pair": ('{"a": {"b": "\\ud83d"}}', 400, "a.b: text with NUL, or with half"),
    "half a pair, as a name": ('{"a": {"b\\udc00": 1}}', 400, "a.b\\udc00: "),
    "a raw NUL": ('{"a": "\0"}', 400, "not JSON"),
    "depth 10,000": (DEEP, 400, "deeper than 64"),
    "depth 65 behind a text of brackets": (
        '{"a": "]]]]", "b": ' + "[" * 64 + "]" * 64 + "}",
        400,
        "deeper than 64",
    ),
    "cut short": ('{"a": "', 400, "not JSON"),
    "10 MiB": ('"' + "x" * 10 * MIB + '"', 413, f"more than the {MIB} bytes"),
}
GOOD = {
    "a pair": ('{"a": "\\ud83d\\ude00"}', {"a": "\N{GRINNING FACE}"}),
    "depth 64": ("[" * 64 + "]" * 64, None),
    "a text of brackets": ('"' + "[" * 500 + '"', "[" * 500),
    "308 digits": ("9" * 308, int("9" * 308)),
    "the same name in two objects": ('[{"a": 1}, {"a": 1}]', [{"a": 1}, {"a": 1}]),
}


def post(
    client: Any, path: str, body: str | bytes, content_type: str = "application/json", **more: Any
) -> Any:
    return client.generic("POST", path, body, content_type=content_type, **more)


@pytest.mark.parametrize("path", ["/vault/plain/echo", "/vault/users", "/vault/auth/token"])
def test_odd_json_is_refused_with_its_reason(plain: None, org: Any, client_for: Any, path: str) -> None:
    client = client_for(org)
    for kind, (body, status, saying) in ODD.items():
        response = post(client, path, body)
        assert response.status_code == status, kind
        answer = response.json()
        assert saying in answer["msg"], (kind, answer)
        assert {"msg", "code", "request_id"} == answer.keys()


def test_json_that_is_merely_unusual_arrives(plain: None, org: Any, client_for: Any) -> None:
    client = client_for(org)
    for kind, (body, meant) in GOOD.items():
        response = post(client, "/vault/plain/echo", body)
        assert response.status_code == 200, kind
        assert meant is None or response.json()["body"] == meant, kind


@pytest.mark.parametrize("content_type", ["application/merge-patch+json", "application/json; charset=UTF-8"])
def test_every_kind_of_json_is_looked_at(plain: None, org: Any, client_for: Any, content_type: str) -> None:
    assert post(client_for(org), "/vault/plain/echo", '{"a":1,"a":2}', content_type).status_code == 400
    assert post(client_for(org), "/vault/plain/echo", '{"a":1}', content_type).status_code == 200


def test_json_that_is_not_utf8_is_refused(plain: None, org: Any, client_for: Any) -> None:
    client = client_for(org)
    assert post(client, "/vault/users", b'{"username": "\xff\xfe"}').status_code == 400
    for charset in ("utf-16", "utf-7", "latin-1", "no-such"):
        answer = post(client, "/vault/plain/echo", b"{}", f"application/json; charset={charset}")
        assert (answer.status_code, charset in answer.json()["msg"]) == (415, True)


def test_the_reader_of_json_is_as_strict_without_the_middleware(
    org: Any, client_for: Any, settings: Any
) -> None:
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if not each.endswith("BodyMiddleware")]
    response = post(client_for(org), "/vault/users", '{"username": "a", "username": "b"}')
    assert (response.status_code, "twice" in response.json()["msg"]) == (400, True)


def test_nothing_is_read_of_whoever_is_not_let_in(plain: None, org: Any) -> None:
    from rest_framework.test import APIClient

    response = post(APIClient(), "/vault/plain/echo", DEEP, headers={"Org": org.slug})
    assert response.status_code == 401


@pytest.mark.parametrize(
    ("query", "saying"),
    [
        ("a=1&name=x%00y", "name"),
        ("%00=1", "the query holds a NUL"),
        ("name=%ED%A0%80", "name: the query is not UTF-8"),
        ("name=%FF", "name"),
    ],
)
def test_a_query_that_no_database_takes_names_its_parameter(
    plain: None, org: Any, client_for: Any, query: str, saying: str
) -> None:
    for path in ("/vault/plain/echo", "/vault/documents"):
        response = client_for(org).get(path, QUERY_STRING=query)
        assert (response.status_code, saying in response.json()["msg"]) == (400, True), response.content


def test_a_query_of_other_scripts_arrives(plain: None, org: Any, client_for: Any) -> None:
    response = client_for(org).get("/vault/plain/echo", {"name": "ünï \N{GRINNING FACE}"})
    assert response.json()["query"] == {"name": ["ünï \N{GRINNING FACE}"]}


@pytest.mark.parametrize("name", ["a%00b", "a%0d%0ab", "a%7f"])
def test_a_path_with_control_characters_reaches_no_view(
    plain: None, org: Any, client_for: Any, operator_client: Any, name: str
) -> None:
    for client, path in (
        (client_for(org), f"/vault/plain/names/{name}"),
        (client_for(org), f"/vault/plugins/{name}"),
        (operator_client(), f"/vault/site/organisations/{name}"),
    ):
        response = client.get(path)
        assert (response.status_code, "control character" in response.json()["msg"]) == (400, True)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/octet-stream", "application/x-www-form-urlencoded", ""]
)
def test_a_body_of_any_type_is_bounded(plain: None, org: Any, client_for: Any, content_type: str) -> None:
    assert post(client_for(org), "/vault/plain/class", b"x" * (MIB + 1), content_type).status_code == 413


def test_a_form_is_bounded_by_what_an_upload_may_have(
    plain: None, org: Any, client_for: Any, settings: Any
) -> None:
    settings.BLOB_STORAGE = settings.BLOB_STORAGE.model_copy(update={"max_upload_bytes": 1000})
    kind = "multipart/form-data; boundary=b"
    response = post(client_for(org), "/vault/plain/form", b"--b--", kind, CONTENT_LENGTH=str(2 * MIB))
    assert response.status_code == 413


def test_a_view_may_take_more_if_it_says_so(plain: None, org: Any, client_for: Any) -> None:
    def sent(size: int) -> Any:
        return post(client_for(org), "/vault/plain/large", b"x" * size, "application/json")

    assert sent(2 * MIB).json() == {"bytes": 2 * MIB}
    assert sent(4 * MIB).status_code == 413


@pytest.mark.parametrize("length", ["-1", "1e3", "ten", "0x10", "१"])
def test_a_length_that_is_no_number_is_refused(plain: None, org: Any, client_for: Any, length: str) -> None:
    response = post(client_for(org), "/vault/plain/echo", b"{}", CONTENT_LENGTH=length)
    assert response.status_code in {400, 413}


def test_a_body_of_no_announced_length_is_refused(plain: None, org: Any, client_for: Any) -> None:
    response = post(
        client_for(org), "/vault/plain/echo", b"{}", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked"
    )
    assert (response.status_code, "Content-Length" in response.json()["msg"]) == (400, True)


def test_a_form_of_too_many_parts_is_refused(plain: None, org: Any, client_for: Any) -> None:
    client = client_for(org)
    many = {f"f{number}": "x" for number in range(1001)}
    files = {f"f{number}": SimpleUploadedFile("a", b"x") for number in range(101)}
    for form in (many, files):
        assert client.post("/vault/plain/form", form, format="multipart").status_code == 413
    assert client.get("/vault/plain/echo", many).status_code == 413


NAMES = {
    "../../etc/passwd": "passwd",
    "..\\..\\boot.ini": "boot.ini",
    "/etc/passwd": "passwd",
    "a&#13;&#10;X-Evil: 1.txt": "aX-Evil: 1.txt",
    "a\x00b.txt": "ab.txt",
    'a"; filename="b.txt': "b.txt",
    "..": None,
    "": None,
}


def test_a_files_name_is_a_name_and_nothing_else(plain: None, org: Any, client_for: Any) -> None:
    for sent, kept in NAMES.items():
        _check_name(client_for(org), sent, kept)


def _check_name(client: Any, sent: str, kept: str | None) -> None:
    body = (
        f'--b\r\nContent-Disposition: form-data; name="file"; filename="{sent}"\r\n'
        f"Content-Type: text/plain\r\n\r\nx\r\n--b--\r\n"
    ).encode()
    kind = "multipart/form-data; boundary=b"
    files = post(client, "/vault/plain/form", body, kind).json()["files"]
    assert files == ({} if kept is None else {"file": kept})
    uploaded = post(client, "/vault/documents", body, kind)
    if kept is None:
        assert uploaded.status_code == 400
        return
    content = client.get(f"/vault/documents/{uploaded.json()['id']}/content")
    disposition = content.headers["Content-Disposition"]
    content.close()
    assert disposition.startswith("attachment")
    assert not {"\r", "\n", "\0", "/", "\\"} & set(disposition)


def test_a_documents_attributes_are_read_as_strictly_from_a_form(org: Any, client_for: Any) -> None:
    for attributes in (
        '{"a": 1, "a": 2}',
        '{"a": NaN}',
        '{"a": ' + "[" * 10_000,
        '{"a": ' + "9" * 5000 + "}",
    ):
        form = {"file": SimpleUploadedFile("a.txt", b"x"), "attributes": attributes}
        response = client_for(org).post("/vault/documents", form, format="multipart")
        assert (response.status_code, "attributes" in response.json()["msg"]) == (400, True)
