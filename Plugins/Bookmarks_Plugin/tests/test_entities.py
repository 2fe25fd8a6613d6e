from typing import Any
from uuid import UUID, uuid4

import pytest

from Plugins.Bookmarks_Plugin.bll.Bookmarks.HelperFunctions import Entity, entity_of
from Plugins.plugin_manager import plugin_manager
from tests.clients import statements

ID = "3f2b8c1e-0000-4000-8000-00000000abcd"
NONE = Entity(type="", id="")


@pytest.mark.parametrize(
    ("path", "entity"),
    [
        (f"/entity/{ID}", Entity(type="", id=ID)),
        (f"/entity/{ID}/", Entity(type="", id=ID)),
        (f"/app/entity/{ID}/comments", Entity(type="", id=ID)),
        ("/entity/17", Entity(type="", id="17")),
        (f"/vault/documents/{ID}", Entity(type="Document", id=ID)),
        (f"/vault/documents/{ID}/content", Entity(type="Document", id=ID)),
        (f"/vault/documents/{ID}/versions/3/content?x=y#z", Entity(type="Document", id=ID)),
        (f"/behind/a/proxy/vault/documents/{ID}", Entity(type="Document", id=ID)),
        (f"/entity/{ID.upper()}", Entity(type="", id=ID)),
        (f"/entity/{ID.replace('-', '')}", Entity(type="", id=ID)),
        (f"/entity/%33{ID[1:]}", Entity(type="", id=ID)),
        (f"/entity/other/../{ID}", Entity(type="", id=ID)),
        (f"/vault//documents/{ID}", Entity(type="Document", id=ID)),
        ("/", NONE),
        ("/entity", NONE),
        ("/entity/", NONE),
        ("/vault/documents", NONE),
        (f"/documents/{ID}", NONE),
        (f"/nonentity/{ID}", NONE),
        (f"/entity%2F{ID}", NONE),
        (f"/?next=/entity/{ID}", NONE),
        (f"/#/entity/{ID}", NONE),
        (f"/entity/{'a' * 256}", NONE),
        ("/entity/a%00b", NONE),
        ("/entity/a%0Ab", NONE),
    ],
)
def test_what_an_address_points_at(path: str, entity: Entity) -> None:
    assert entity_of(f"https://vault.example.org{path}") == entity


def test_an_odd_id_in_an_address_does_no_harm(ed: Any) -> None:
    for odd in ("a%00b", "%ff%fe", "%ED%A0%80", "a" * 2000):
        ed.share(f"https://example.org/entity/{odd}")


def test_archiving_a_document_removes_what_points_at_it_and_nothing_else(ed: Any) -> None:
    document, other = ed.upload(), ed.upload()
    base = "https://vault.example.org"
    for gone in ("/vault/documents/{}", "/vault/documents/{}/content", "/entity/{}", "/app/entity/{}/?tab=2"):
        ed.share(base + gone.format(document), title="goes")
    for kept in (
        f"/entity/{document}0",
        f"/entity/{document}-copy",
        f"/vault/documents/{document}0/content",
        f"/entity/{other}",
        f"/vault/documents/{other}",
        f"/search?q=/entity/{document}",
        f"/notes/{document}",
        "/",
    ):
        ed.share(base + kept, title=kept)

    archived = ed.send("post", f"/vault/documents/{document}/archive")

    assert archived.status_code == 200, archived.content
    assert "goes" not in ed.titles()
    assert len(ed.titles()) == 8


def test_moving_a_document_to_the_trash_removes_what_points_at_it(ed: Any) -> None:
    document, other = ed.upload(), ed.upload()
    ed.share(f"https://vault.example.org/vault/documents/{document}", title="goes")
    ed.share(f"https://vault.example.org/vault/documents/{other}", title="stays")

    assert ed.send("delete", f"/vault/documents/{document}").status_code == 204
    assert ed.titles() == ["stays"]


def test_archiving_that_is_refused_keeps_the_bookmarks(ed: Any) -> None:
    document = ed.upload()
    ed.send("delete", f"/vault/documents/{document}")
    ed.share(f"https://vault.example.org/vault/documents/{document}", title="stays")

    assert ed.send("post", f"/vault/documents/{document}/archive").status_code == 409
    assert ed.titles() == ["stays"]


def test_bookmarks_of_another_organisation_stay(ed: Any, make_member: Any, make_org: Any) -> None:
    document = ed.upload()
    stranger = make_member("stan", organisation=make_org())
    for member in (ed, stranger):
        member.share(f"https://vault.example.org/entity/{document}")

    ed.send("post", f"/vault/documents/{document}/archive")

    assert ed.bookmarks() == []
    assert len(stranger.bookmarks()) == 1


def test_an_entity_of_another_type_takes_what_points_at_it_and_no_document_of_its_id(ed: Any) -> None:
    ed.share(f"https://example.org/vault/documents/{ID}", title="of a document")
    for given in (ID, UUID(ID), ID.upper()):
        ed.share(f"https://example.org/entity/{ID}", title="of any type")

        plugin_manager.hook.on_entity_archived(entity_type="Folder", entity_id=given)

        assert ed.titles() == ["of a document"]


def test_an_entity_without_an_id_takes_no_bookmark_with_it(ed: Any) -> None:
    ed.share("https://example.org/", title="points at nothing")

    plugin_manager.hook.on_entity_archived(entity_type="Document", entity_id="")
    plugin_manager.hook.on_entity_deleted(entity_type="Document", entity_id="")

    assert ed.titles() == ["points at nothing"]


def test_an_entity_finds_its_bookmarks_with_one_statement(org: Any) -> None:
    with statements() as counted:
        plugin_manager.hook.on_entity_archived(entity_type="Document", entity_id=str(uuid4()))

    assert counted()["default"] == 1


@pytest.mark.parametrize("verb", ["archive", "delete"])
def test_the_block_may_protect_what_others_have_bookmarked(
    ed: Any, make_member: Any, block: Any, verb: str
) -> None:
    document = ed.upload()
    end = ("post", f"/vault/documents/{document}/archive")
    if verb == "delete":
        end = ("delete", f"/vault/documents/{document}")
    otto = make_member("otto")
    ed.share(f"https://vault.example.org/entity/{document}", title="of ed")
    bookmark = otto.share(f"https://vault.example.org/vault/documents/{document}", title="of otto")
    block(protect_from=[verb])

    refused = ed.send(*end)

    assert refused.status_code == 409
    assert "1 bookmark" in refused.json()["msg"]
    assert ed.get(f"/vault/documents/{document}").json()["status"] == "active"
    assert ed.titles() == ["of otto", "of ed"]
    otto.send("delete", f"/vault/bookmarks/{bookmark['id']}")
    assert ed.send(*end).status_code in (200, 204)
    assert ed.bookmarks() == []
