"""The core's sections of VaultSettings.json: every key, its type, its default and what it is for."""

from ipaddress import ip_network
from keyword import iskeyword
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from VaultPlatform.config.references import Address, Secret
from VaultPlatform.config.targets import Target, TargetPath


def _plugin_name(name: str) -> str:
    if not name.isidentifier() or iskeyword(name):
        raise ValueError(
            f"{name!r} cannot be a plugin's name; expected its folder's name, a Python identifier"
        )
    return name


def _unique(names: tuple[str, ...]) -> tuple[str, ...]:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"{', '.join(repeated)} is listed more than once; expected each plugin once")
    return names


def _network(text: str) -> str:
    try:
        ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is no address; expected one such as 10.0.0.7 or 10.0.0.0/8") from None
    return text


Text = Annotated[str, Field(min_length=1)]
PluginNames = Annotated[tuple[Annotated[str, AfterValidator(_plugin_name)], ...], AfterValidator(_unique)]
Networks = tuple[Annotated[str, AfterValidator(_network)], ...]


class Section(BaseModel):
    """A core section: no other keys, JSON types as they are, read-only."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class BaseSection(Section):
    """What is switched on, and how the site answers."""

    active_plugins: PluginNames = Field(
        default=(), description="Plugins that are on, in the order in which hooks reach them."
    )
    plugin_dirs: tuple[Text, ...] = Field(
        default=(),
        description="More folders to find plugins in; a relative path starts at this file's folder.",
    )
    plugin_errors: Literal["skip", "refuse", "none"] = Field(
        default="skip",
        description="A plugin that fails to load: `skip` it and start, `refuse` to start; `none` loads no"
        " third-party plugin at all.",
    )
    debug: bool = Field(default=False, description="Django's DEBUG: more in the log. Never on a public site.")
    allowed_hosts: tuple[Text, ...] = Field(
        default=("localhost", "127.0.0.1", "[::1]"), description="Host names that the site answers to."
    )
    trusted_proxies: Networks = Field(
        default=(), description="Addresses or networks of proxies whose `X-Forwarded-For` is believed."
    )
    hook_timeout_seconds: float = Field(
        default=5.0,
        gt=0,
        description="Seconds after which a hook implementation counts as hanging. No effect yet.",
    )


class DatabaseSection(Section):
    """Where rows are kept. The keys from `host` on are PostgreSQL's."""

    engine: Literal["sqlite", "postgresql"] = Field(
        default="sqlite", description="`sqlite`: files in VAULT_HOME. `postgresql`: a server."
    )
    busy_timeout_seconds: float = Field(
        default=20.0, gt=0, description="SQLite: seconds to wait for another writer."
    )
    host: str = Field(default="127.0.0.1", description="Host name, or the folder of a Unix socket.")
    port: int = Field(default=5432, ge=1, le=65535, description="TCP port.")
    name: Text = Field(default="nimbusvault", description="Name of the database.")
    user: Text = Field(default="nimbusvault", description="Role to connect as.")
    password: Secret | None = Field(default=None, description="Reference to the role's password.")
    ssl_mode: Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] = Field(
        default="prefer", description="libpq's `sslmode`."
    )
    pooled: bool = Field(
        default=False,
        description="Whether a proxy that pools transactions (PgBouncer) stands between; what cannot work through"
        " one, such as VACUUM, is refused then.",
    )
    connect_timeout_seconds: int = Field(default=10, ge=1, description="Seconds to wait for a connection.")
    conn_max_age_seconds: int = Field(
        default=600, ge=0, description="Seconds after which a connection is replaced; 0 is one a request."
    )


class CelerySection(Section):
    """The background worker."""

    broker_url: Address | None = Field(
        default=None,
        description="Address of RabbitMQ or Redis, or a reference to it; an address with a password must be a"
        " reference. Without one, messages are files in VAULT_HOME.",
    )
    result_url: Address | None = Field(
        default=None,
        description="Where results of tasks are kept, as `broker_url`. Without one they are not.",
    )
    concurrency: int = Field(default=2, ge=1, description="Tasks that one worker runs at a time.")


class AuthSection(Section):
    """Sign-in and tokens."""

    access_token_minutes: int = Field(default=15, ge=1, description="Minutes that an access token is valid.")
    refresh_token_days: int = Field(default=14, ge=1, description="Days that a refresh token is valid.")
    max_failures: int = Field(
        default=10,
        ge=1,
        description="Failed sign-ins of one account from one address before 429 is answered.",
    )
    failure_window_minutes: int = Field(default=15, ge=1, description="Minutes that a failed sign-in counts.")
    signing_key: Secret | None = Field(
        default=None,
        description="Reference to the key that signs tokens. Without one it is generated once and kept in"
        " VAULT_HOME.",
    )


class StorageSection(Target):
    """Where the content of documents is kept. Further keys are the target's constructor arguments."""

    target: TargetPath = Field(
        default="VaultPlatform.storage:LocalBlobStorage",
        description='The storage, as "package.module:Class".',
    )
    max_upload_bytes: int = Field(
        default=5 * 1024**3, ge=1, description="Bytes of the largest file that is accepted."
    )
