"""Tables and steps, without a request."""

import pytest


@pytest.fixture
def write(org, client_for):
    """Writes an entry in a run of its own, and returns what the run answers."""
    from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
    from VaultModels.ModelRegistry import get_model

    member = get_model("User")(pk=client_for(org, "editor").id, username="the-editor")

    def run(text):
        {{ cookiecutter.word }} = OrchestratorRegistry.get("{{ cookiecutter.word }}")
        {{ cookiecutter.word }}.stage_write(user=member, text=text)
        return {{ cookiecutter.word }}.mainorchestrator.execute()

    return run


def test_a_run_writes_an_entry(write):
    from Plugins.{{ cookiecutter.plugin_name }}.bll.{{ cookiecutter.noun }}.service import {{ cookiecutter.word }}_entry_service

    shown = write("The first.")

    assert {{ cookiecutter.word }}_entry_service.get(id=shown["id"]).text == "The first."


def test_the_migrations_make_what_the_models_say(plugin_migrations):
    assert plugin_migrations("{{ cookiecutter.plugin_name }}") == []
