"""What the environment says, `VAULT_…`: where state and settings are, and how the site is reached."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from VaultPlatform.config.errors import Problem, SettingsError

#: The folder of manage.py, where relative paths in these variables start, whatever the current folder is.
REPOSITORY = Path(__file__).resolve().parents[2]

_PREFIX = "VAULT_"


def _absolute(path: Path) -> Path:
    return (REPOSITORY / path.expanduser()).resolve()


FromRepository = Annotated[Path, AfterValidator(_absolute)]


class Environment(BaseSettings):
    """The `VAULT_…` variables that the site reads. An empty variable counts as unset."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, extra="ignore", validate_default=True
    )

    home: FromRepository = Field(default=Path("var"), description="Folder of all state.")
    settings: FromRepository = Field(default=Path("VaultSettings.json"), description="The settings file.")
    port: int = Field(default=8000, ge=1, le=65535, description="TCP port of the web server.")
    admin_password: SecretStr | None = Field(
        default=None,
        description="Password of the first administrator and operator. Without one it is generated and"
        " printed once.",
    )
    org: str | None = Field(
        default=None, description="The organisation that a management command of Django's own works for."
    )
    apps_dir: FromRepository | None = Field(
        default=None,
        description="A deployment's config folder, whose sibling `plugins/` holds more plugins.",
    )


def load_environment() -> Environment:
    """The environment as it is now.

    Raises:
        SettingsError: every variable that cannot be used, at once.
    """
    problems = []
    try:
        return Environment()
    except ValidationError as error:
        for found in error.errors(include_input=False):
            variable = _PREFIX + str(found["loc"][0]).upper()
            expected = found["msg"].removeprefix("Input should be ")
            problem = Problem(file="environment", key=variable, wrong="cannot be used", expected=expected)
            problems.append(problem)
    raise SettingsError(*problems)
