"""What the plugin does when the core calls."""

from django.core.files.uploadedfile import SimpleUploadedFile


def archive_a_document(editor):
    """The id of a document that was archived."""
    file = SimpleUploadedFile("a.txt", b"text", content_type="text/plain")
    document = editor.post("/vault/documents", {"file": file}, format="multipart").json()["id"]
    assert editor.post(f"/vault/documents/{document}/archive").status_code == 200
    return document


def test_it_hears_of_an_archived_document(org, client_for, captured_hooks):
    document = archive_a_document(client_for(org, "editor"))

    told = {"entity_type": "Document", "entity_id": document}
    assert captured_hooks.arguments("on_entity_archived") == [told]
    assert "{{ cookiecutter.plugin_name }}" in captured_hooks.heard_by("on_entity_archived"){% if cookiecutter.models %}


def test_what_is_archived_is_written_down(org, client_for):
    from Plugins.{{ cookiecutter.plugin_name }}.bll.{{ cookiecutter.noun }}.service import {{ cookiecutter.word }}_entry_service

    document = archive_a_document(client_for(org, "editor"))

    [entry] = {{ cookiecutter.word }}_entry_service.filter()
    assert entry.text == f"Document {document} was archived."{% endif %}


def test_a_document_is_archived_though_the_plugin_fails(org, client_for, faults):
    with faults.hook("on_entity_archived", plugin="{{ cookiecutter.plugin_name }}"):
        archive_a_document(client_for(org, "editor"))
