"""The endpoints, as members of an organisation see them."""

{% if cookiecutter.models %}import pytest


@pytest.fixture
def editor(org, client_for):
    return client_for(org, "editor")


def test_an_entry_is_written_and_listed(editor):
    answer = editor.post("/vault/{{ cookiecutter.word }}", {"text": "The first."})

    assert answer.status_code == 201, answer.content
    assert answer.json()["author"] == editor.username
    assert editor.get("/vault/{{ cookiecutter.word }}").json() == {"results": [answer.json()], "total": 1}


def test_a_body_that_does_not_fit_is_answered_with_400(editor):
    assert editor.post("/vault/{{ cookiecutter.word }}", {}).status_code == 400


def test_readers_may_not_write(org, client_for):
    assert client_for(org, "reader").post("/vault/{{ cookiecutter.word }}", {"text": "x"}).status_code == 403


def test_another_organisation_sees_nothing_of_it(editor, make_org, client_for):
    editor.post("/vault/{{ cookiecutter.word }}", {"text": "Ours."})

    assert client_for(make_org(), "reader").get("/vault/{{ cookiecutter.word }}").json()["total"] == 0


def test_a_write_that_fails_leaves_nothing(editor, faults):
    with faults.step(1, after=True):
        answer = editor.post("/vault/{{ cookiecutter.word }}", {"text": "Lost."})

    assert answer.status_code == 500
    assert editor.get("/vault/{{ cookiecutter.word }}").json()["total"] == 0{% else %}
def test_a_member_is_greeted(org, client_for):
    reader = client_for(org, "reader")

    assert reader.get("/vault/{{ cookiecutter.word }}").json() == {"greeting": f"Hello, {reader.username}."}


def test_nobody_is_greeted_without_signing_in(org, client):
    assert client.get("/vault/{{ cookiecutter.word }}", headers={"Org": org.slug}).status_code == 401{% endif %}
