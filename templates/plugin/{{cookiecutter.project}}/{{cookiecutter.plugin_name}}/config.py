"""The plugin's own block in VaultSettings.json, `"{{ cookiecutter.noun }}"`; the host checks it at start against `Settings`."""

from functools import cache

from pydantic import BaseModel, ConfigDict, Field

PLUGIN = "{{ cookiecutter.plugin_name }}"


class Settings(BaseModel):
    """What an operator may decide; a secret is a `Secret` of NimbusVaultConstants.CommonConstants.SettingsTypes."""

    model_config = ConfigDict(frozen=True)

    most_entries: int = Field(default=1000, ge=1, description="Entries that an organisation keeps.")


@cache
def {{ cookiecutter.word }}_settings() -> Settings:
    """The block as the site was started with."""
    from NimbusVault.settings import vault_settings  # late: it is being made when the host reads this file

    return vault_settings.plugin(PLUGIN, Settings)
