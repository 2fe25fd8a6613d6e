"""The plugin's own block in VaultSettings.json, `"Bookmarks"`; the host checks it at start against `Settings`."""

from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

PLUGIN = "Bookmarks_Plugin"


class Settings(BaseModel):
    """What an operator may decide about bookmarks."""

    model_config = ConfigDict(frozen=True)

    max_per_user: int = Field(
        default=1000,
        ge=1,
        description="Bookmarks that one member may have shared; who asks for more gets 409. Requests at the same"
        " moment may exceed it by a few.",
    )
    schemes: Annotated[tuple[Literal["http", "https"], ...], Field(min_length=1)] = Field(
        default=("http", "https"), description="How a bookmarked address may begin."
    )
    protect_from: tuple[Literal["archive", "delete"], ...] = Field(
        default=(),
        description="What is refused for an entity that another member has bookmarked. By default nothing is, and"
        " the bookmarks go with the entity.",
    )


@cache
def bookmark_settings() -> Settings:
    """The block as the site was started with."""
    from NimbusVault.settings import vault_settings  # late: it is being made when the host reads this file

    return vault_settings.plugin(PLUGIN, Settings)
