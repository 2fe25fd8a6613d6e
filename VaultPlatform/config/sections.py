"""The core's sections of VaultSettings.json: every key, its type, its default and what it is for."""

import re
from ipaddress import ip_network
from keyword import iskeyword
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

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


def _origin(text: str) -> str:
    if not _ORIGIN.fullmatch(text):
        raise ValueError(
            f"{text!r} is no origin; expected scheme, host and, if need be, port, as in https://app.example.org"
        )
    return text


def _rate(text: str) -> str:
    if not _RATE.fullmatch(text):
        raise ValueError(f"{text!r} is no rate; expected a number and a time, as in 600/min (or /s, /h)")
    return text


#: As browsers send it: lower case, no path, and never a wildcard.
_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?")
_RATE = re.compile(r"[1-9]\d{0,8}/(?:s|min|h)")

Text = Annotated[str, Field(min_length=1)]
PluginNames = Annotated[tuple[Annotated[str, AfterValidator(_plugin_name)], ...], AfterValidator(_unique)]
Origins = tuple[Annotated[str, AfterValidator(_origin)], ...]
Rate = Annotated[str, AfterValidator(_rate)]
SslMode = Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
Networks = tuple[Annotated[str, AfterValidator(_network)], ...]


def _distinct_ids(keys: "tuple[SigningKeySection, ...]") -> "tuple[SigningKeySection, ...]":
    ids = [each.id for each in keys]
    repeated = sorted({each for each in ids if ids.count(each) > 1})
    if repeated:
        raise ValueError(f"two keys have the id {', '.join(repeated)}; expected a different one for each")
    return keys


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
        description="More folders to find plugins in, each holding plugins' folders; a relative path starts at this"
        " file's folder.",
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
    deletion_grace_days: int = Field(
        default=30,
        ge=0,
        description="Days for which an organisation that is deleted can be taken back, before it is removed for good.",
    )
    runs_kept_days: int = Field(
        default=14,
        ge=1,
        description="Days for which runs and tasks that have ended stay in the list of runs.",
    )
    https: bool = Field(
        default=False,
        description="Whether clients come by HTTPS, through a proxy of `trusted_proxies` that says so in"
        " `X-Forwarded-Proto`: plain HTTP is sent there, and browsers are told to keep to it.",
    )
    hsts_seconds: int = Field(
        default=31_536_000, ge=0, description="With `https`: how long browsers keep to it; 0 says nothing."
    )
    hsts_subdomains: bool = Field(
        default=False, description="With `https`: whether that holds for all names below the site's."
    )
    hsts_preload: bool = Field(
        default=False, description="With `https`: whether browsers may have that built in. Hard to take back."
    )
    cors_origins: Origins = Field(
        default=(),
        description="Origins of web pages elsewhere whose scripts may use the API, as https://app.example.org.",
    )
    max_body_bytes: int = Field(
        default=1024 * 1024, ge=1024, description="Bytes of the largest body, uploaded files aside."
    )
    throttle_organisation: Rate | None = Field(
        default="60000/min",
        description="Requests of all members of one organisation together, beyond which 429 is answered: a number"
        " and a time (`/s`, `/min`, `/h`). Null is no limit.",
    )
    throttle_principal: Rate | None = Field(
        default="12000/min", description="The same for one member, operator or machine."
    )
    throttle_anonymous: Rate | None = Field(
        default="3000/min",
        description="The same for one address (of IPv6, a network of 64 bits), where nobody is signed in.",
    )
    hook_timeout_seconds: float = Field(
        default=5.0,
        gt=0,
        description="Seconds after which a hook implementation counts as hanging: it gets no call until it is back.",
    )
    hook_failures: int = Field(
        default=10,
        ge=1,
        description="Failures in a row, in one organisation, after which a hook implementation is switched off there.",
    )


class OwnDatabase(Section):
    """Where one organisation's rows are kept, apart from all others'. What is left out is as in the section itself."""

    folder: Text | None = Field(default=None, description="SQLite: the folder of its file, an absolute path.")
    host: str | None = Field(default=None, description="Host name, or the folder of a Unix socket.")
    port: int | None = Field(default=None, ge=1, le=65535, description="TCP port.")
    name: Text | None = Field(default=None, description="Name of the database, which has to be there.")
    user: Text | None = Field(default=None, description="Role to connect as.")
    password: Secret | None = Field(default=None, description="Reference to the role's password.")
    ssl_mode: SslMode | None = Field(default=None, description="libpq's `sslmode`.")
    pooled: bool | None = Field(
        default=None, description="Whether a proxy that pools transactions stands between."
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
    ssl_mode: SslMode = Field(default="prefer", description="libpq's `sslmode`.")
    pooled: bool = Field(
        default=False,
        description="Whether a proxy that pools transactions (PgBouncer) stands between; what cannot work through"
        " one, such as VACUUM, is refused then.",
    )
    connect_timeout_seconds: int = Field(default=10, ge=1, description="Seconds to wait for a connection.")
    conn_max_age_seconds: int = Field(
        default=600, ge=0, description="Seconds after which a connection is replaced; 0 is one a request."
    )
    organisations: dict[Text, OwnDatabase] = Field(
        default={},
        description="Databases of their own: the slug that an organisation is created with, and where it is kept from"
        " then on, however it is called later.",
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


class SigningKeySection(Section):
    """One of the keys that sign tokens."""

    id: Text = Field(description="Its name in the tokens that it signs; no secret.")
    key: Secret = Field(description="Reference to the key, at least 32 characters.")


SigningKeys = Annotated[tuple[SigningKeySection, ...], AfterValidator(_distinct_ids)]


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
        description="Reference to the key that signs tokens, at least 32 characters. Without one keys are generated"
        " and kept in VAULT_HOME.",
    )
    signing_keys: SigningKeys = Field(
        default=(),
        description="In place of `signing_key`: several keys, each `{id, key}`. The first signs, all verify.",
    )
    oidc: Target | None = Field(
        default=None,
        description="A provider of OpenID Connect that members may sign in through, a target; see docs/identity.md.",
    )
    api_key_days: int = Field(
        default=365, ge=1, description="Days after which an API key expires at the latest."
    )

    @model_validator(mode="after")
    def _one_way_of_signing(self) -> Self:
        if self.signing_key is not None and self.signing_keys:
            raise ValueError("signing_key and signing_keys are both here; expected one of them")
        return self


class StorageSection(Target):
    """Where the content of documents is kept. Further keys are the target's constructor arguments."""

    target: TargetPath = Field(
        default="VaultPlatform.storage:LocalBlobStorage",
        description='The storage, as "package.module:Class".',
    )
    max_upload_bytes: int = Field(
        default=5 * 1024**3, ge=1, description="Bytes of the largest file that is accepted."
    )


class CacheSection(Target):
    """What plugins and the site remember for a while, apart for each organisation. Further keys are the target's
    constructor arguments.
    """

    target: TargetPath = Field(
        default="VaultPlatform.tenancy.caching:LocalCache",
        description='The cache, as "package.module:Class": `…:LocalCache` keeps entries in the memory of each process,'
        " `VaultPlatform.tenancy.caching:RedisCache` in Redis. Any cache class of Django's kind will do.",
    )
    url: Address | None = Field(
        default=None,
        description="Address of the server, or a reference to it; an address with a password must be a reference.",
    )
