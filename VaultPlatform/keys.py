"""The folder of all state, and the keys that the site makes for itself there, readable by its user only."""

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from VaultPlatform.config import Problem, Secret, SettingsError
from VaultPlatform.config.sections import AuthSection

#: File of the first key that signs tokens; the files of later ones have their id behind it.
TOKEN_KEY = "token_key"  # noqa: S105  # a file's name
#: Id of the first one.
FIRST_TOKEN_KEY = "first"  # noqa: S105  # an id
#: Id of the one that `Auth.signing_key` names.
CONFIGURED_TOKEN_KEY = "configured"  # noqa: S105  # an id
#: A shorter key is weaker than the signature that it makes.
TOKEN_KEY_BYTES = 32


def prepare_home(home: Path) -> Path:
    """Make the folder `home` if there is none. Raises SettingsError if it cannot be made or written to."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        reason = None if os.access(home, os.W_OK | os.X_OK) else "it is not writable"
    except OSError as error:
        reason = error.strerror or "it cannot be made"
    if reason:
        wrong = f"the folder {home} cannot be used ({reason})"
        expected = "a folder that this user may write to, or make"
        raise SettingsError(Problem(file="environment", key="VAULT_HOME", wrong=wrong, expected=expected))
    return home


def site_key(home: Path, name: str) -> str:
    """The key called `name` (512 bits, URL-safe text); made if there is none, once even if two ask at once."""
    folder = home / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    if not path.exists():
        draft = folder / f".{name}.{secrets.token_hex(8)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64), encoding="ascii")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii")


def token_keys(home: Path) -> dict[str, Path]:
    """The files of the keys that sign tokens, by id, oldest first; an id begins with the moment it was made at."""
    prefix = f"{TOKEN_KEY}."
    found = {path.name.removeprefix(prefix): path for path in (home / "keys").glob(f"{prefix}*")}
    first = home / "keys" / TOKEN_KEY
    oldest = {FIRST_TOKEN_KEY: first} if first.exists() else {}
    return {**oldest, **dict(sorted(found.items()))}


def first_token_key(home: Path) -> None:
    """Make the first key that signs tokens, if there is none at all."""
    if not token_keys(home):
        site_key(home, TOKEN_KEY)


def new_token_key(home: Path, *, moment: datetime) -> str:
    """Make another key that signs tokens, made at `moment`, and return its id."""
    key_id = f"{moment:%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"
    site_key(home, f"{TOKEN_KEY}.{key_id}")
    return key_id


def made_at(key_id: str) -> datetime:
    """When the token key of this id was made; the first one before all others."""
    if key_id == FIRST_TOKEN_KEY:
        return datetime.min.replace(tzinfo=UTC)
    return datetime.strptime(key_id.partition("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)


def configured_token_keys(auth: AuthSection) -> dict[str, str]:
    """The token keys that the settings name, by id, the one that signs last; empty if they name none.

    Raises SettingsError for one that is missing, or short enough to be guessed.
    """
    named = {each.id: each.key for each in auth.signing_keys}
    if auth.signing_key is not None:
        named = {CONFIGURED_TOKEN_KEY: auth.signing_key}
    return {key_id: _long_enough(named[key_id]) for key_id in reversed(named)}


def _long_enough(secret: Secret) -> str:
    key = secret.resolve()
    if len(key.encode()) < TOKEN_KEY_BYTES:
        wrong = f"the key has {len(key.encode())} bytes"
        raise SettingsError(secret.problem(wrong, expected=f"{TOKEN_KEY_BYTES} or more, made at random"))
    return key
