"""The plugin's own block in VaultSettings.json, `"Activity"`; the host checks it at start against `Settings`."""

from functools import cache

from pydantic import BaseModel, ConfigDict, Field

PLUGIN = "Activity_Plugin"


class Settings(BaseModel):
    """What an operator may decide about activity."""

    model_config = ConfigDict(frozen=True)

    keep_entries: int = Field(
        default=10_000,
        ge=1,
        description="Entries that an organisation keeps; the oldest go when there are more.",
    )
    record_sign_ins: bool = Field(
        default=True, description="Whether signing in is an entry, which administrators see."
    )


@cache
def activity_settings() -> Settings:
    """The block as the site was started with."""
    from NimbusVault.settings import vault_settings  # late: it is being made when the host reads this file

    return vault_settings.plugin(PLUGIN, Settings)
