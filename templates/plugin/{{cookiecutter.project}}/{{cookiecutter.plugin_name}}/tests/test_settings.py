"""The plugin's block in VaultSettings.json."""

import pytest
from pydantic import ValidationError

pytestmark = pytest.mark.database_independent


def test_without_a_block_everything_has_a_default():
    from Plugins.{{ cookiecutter.plugin_name }}.config import {{ cookiecutter.word }}_settings

    assert {{ cookiecutter.word }}_settings().most_entries == 1000


def test_a_block_that_does_not_fit_is_refused():
    from Plugins.{{ cookiecutter.plugin_name }}.config import Settings

    with pytest.raises(ValidationError):
        Settings(most_entries=0)
