from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

GOOD = [
    "http://example.org",
    "https://example.org/a/b?c=d&e=%20f#g",
    "HTTPS://EXAMPLE.ORG/",
    "http://localhost:8000/vault/documents",
    "http://intranet/wiki",
    "http://192.168.7.1:8080/",
    "http://[2001:db8::1]:8080/x",
    "https://bücher.example/straße",
    "https://example.org./",
]
BAD = [
    "no address at all",
    "example.org",
    "/vault/documents/1",
    "//example.org/a",
    "http://",
    "http:///path",
    "https://?q",
    "ftp://example.org/file",
    "javascript:alert(1)",
    "javascript://example.org/%0aalert(1)",
    "data:text/html,hello",
    "file:///etc/passwd",
    "https://exa mple.org/",
    "https://example.org/a b",
    "https://example.org/a\tb",
    "java\nscript:alert(1)",
    "https://example.org\\@other.example/",
    "https://exa<mple.org/",
    "https://a..b/",
    "https://.../",
    "https://[::1/",
    "https://[nonsense]/",
    "https://example.org:port/",
    "https://example.org:99999/",
    "https://example.org/\u202egpj.exe",
    "https://example.org/\ud800",
    f"https://{'a' * 64}.example/",
]

MISFITS = [
    ({}, "target_url"),
    ({"target_url": "https://example.org/"}, "title"),
    ({"target_url": "https://example.org/", "title": " "}, "title"),
    ({"target_url": "https://example.org/", "title": "t" * 256}, "title"),
    ({"target_url": "https://example.org/", "title": "a\x00b"}, "title"),
    ({"target_url": "https://example.org/", "title": ["a"]}, "title"),
    ({"target_url": None, "title": "t"}, "target_url"),
    ({"target_url": "https://example.org/" + "a" * 2048, "title": "t"}, "target_url"),
]


def test_a_shared_bookmark_is_answered_with_201_and_its_five_fields(ed: Any) -> None:
    answer = ed.try_to_share("https://example.org/a", "A page")

    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"id", "title", "target_url", "shared_by", "created_at"}
    assert (body["title"], body["target_url"], body["shared_by"]) == ("A page", "https://example.org/a", "ed")
    assert str(UUID(body["id"])) == body["id"]
    assert datetime.now(UTC) - datetime.fromisoformat(body["created_at"]) < timedelta(minutes=1)


def test_what_sharing_answers_is_what_the_list_and_the_id_show(ed: Any) -> None:
    bookmark = ed.share()

    assert ed.bookmarks() == [bookmark]
    assert ed.get(f"/vault/bookmarks/{bookmark['id']}").json() == bookmark


def test_full_web_addresses_are_kept_as_they_were_given(ed: Any) -> None:
    for url in GOOD:
        assert ed.share(url)["target_url"] == url


def test_what_is_no_full_web_address_is_refused_with_400_and_kept_nowhere(ed: Any) -> None:
    for url in BAD:
        answer = ed.try_to_share(url)
        assert answer.status_code == 400, url
        assert answer.json()["msg"].startswith("target_url: "), url

    assert ed.bookmarks() == []


def test_an_address_with_credentials_is_refused_without_repeating_them(ed: Any) -> None:
    for url in ("https://ed:secret@example.org/", "https://ed@example.org/", "https://@example.org/"):
        answer = ed.try_to_share(url)
        assert answer.status_code == 400, url
        assert "password" in answer.json()["msg"]
        assert "secret" not in answer.json()["msg"]


def test_a_body_that_does_not_fit_is_refused_naming_the_field(ed: Any) -> None:
    for body, field in MISFITS:
        answer = ed.send("post", "/vault/bookmarks/share", body)
        assert answer.status_code == 400, body
        assert set(answer.json()) == {"msg", "code", "request_id"}
        assert f"{field}: " in answer.json()["msg"]


def test_title_and_address_may_be_as_long_as_promised(ed: Any) -> None:
    url = "https://example.org/".ljust(2048, "a")

    bookmark = ed.share(url, "t" * 255)

    assert (bookmark["target_url"], bookmark["title"]) == (url, "t" * 255)


def test_a_reader_may_look_and_not_share(ed: Any, make_member: Any) -> None:
    ed.share(title="seen")
    reader = make_member("ruth", role="reader")

    assert reader.titles() == ["seen"]
    assert reader.try_to_share().status_code == 403


def test_a_stranger_gets_401(org: Any, client: Any) -> None:
    for method, path in (("post", "/share"), ("get", ""), ("delete", f"/{UUID(int=1)}")):
        answer = getattr(client, method)(f"/vault/bookmarks{path}", headers={"Org": org.slug})
        assert answer.status_code == 401


def test_who_has_shared_as_many_as_the_block_allows_gets_409(ed: Any, make_member: Any, block: Any) -> None:
    block(max_per_user=2)
    first = ed.share()
    ed.share()

    refused = ed.try_to_share()

    assert refused.status_code == 409
    assert "2 bookmarks" in refused.json()["msg"]
    make_member("otto").share()
    ed.send("delete", f"/vault/bookmarks/{first['id']}")
    ed.share()


def test_the_block_may_allow_https_only(ed: Any, block: Any) -> None:
    block(schemes=["https"])

    refused = ed.try_to_share("http://example.org/")

    assert refused.status_code == 400
    assert "https" in refused.json()["msg"]
    ed.share("https://example.org/")
