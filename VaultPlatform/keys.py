"""Keys that the site makes for itself on its first start, in VAULT_HOME/keys, readable by its user only."""

import os
import secrets
from pathlib import Path


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
