"""The table of entries: only a service.py reads and writes tables, by the eight primitives."""

from Plugins.{{ cookiecutter.plugin_name }}.models import {{ cookiecutter.noun }}Entry
from VaultModels.ModelService import ModelService


class {{ cookiecutter.noun }}EntryService(ModelService[{{ cookiecutter.noun }}Entry]):
    """The eight primitives on entries."""

    model = {{ cookiecutter.noun }}Entry


{{ cookiecutter.word }}_entry_service = {{ cookiecutter.noun }}EntryService()
