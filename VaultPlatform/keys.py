"""The folder of all state, and the keys that the site makes for itself there, readable by its user only."""

import os
import secrets
from pathlib import Path

from VaultPlatform.config import Problem, SettingsError


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
