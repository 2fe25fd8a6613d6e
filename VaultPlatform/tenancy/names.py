"""Slugs, keys, and the names of files and schemas that follow from a key."""

import re
import secrets
from pathlib import Path

from VaultErrors.BackendErrors import errors
from VaultPlatform.tenancy.context import Organisation

SLUG_MAX_LENGTH = 40
_SLUG = re.compile(r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?")
#: Names that mean something else in a path, a header, a schema or a file name.
RESERVED = frozenset(
    {"template", "control", "public", "site", "organisations", "none", "null", "all", "default"}
)

#: What people are told the database of the whole site is called.
CONTROL_PLANE = "control plane"
TEMPLATE_KEY = "template"
#: What new organisations are copies of. It is migrated like an organisation, is in no list, and serves nobody.
TEMPLATE = Organisation(
    slug=TEMPLATE_KEY, key=TEMPLATE_KEY, name="Template of new organisations", status="template"
)


def may_be_slug(text: str) -> bool:
    """Whether an organisation could be named so, as far as the characters go."""
    return _SLUG.fullmatch(text) is not None


def check_slug(slug: str) -> None:
    """Raises ValidationError, saying why, if no organisation can be named `slug`."""
    if not may_be_slug(slug):
        raise errors.bad_request.ValidationError(
            f"'{slug}' cannot name an organisation: use 1 to {SLUG_MAX_LENGTH} lower-case letters, digits and hyphens,"
            " beginning with a letter and not ending with a hyphen, such as 'acme' or 'acme-2'."
        )
    if slug in RESERVED or slug.startswith("pg-"):
        raise errors.bad_request.ValidationError(f"'{slug}' is reserved by the site; choose another name.")


def new_key(slug: str) -> str:
    """A storage name that starts like `slug`, so that a person recognises it, and is never given twice.

    A slug can be renamed or used again after a deletion; an open file of the deleted one must not become the new one's.
    """
    return f"{slug.replace('-', '_')}_{secrets.token_hex(3)}"


def schema_of(organisation: Organisation) -> str:
    """PostgreSQL schema of an organisation."""
    return TEMPLATE_KEY if organisation.key == TEMPLATE_KEY else f"org_{organisation.key}"


def file_of(organisation: Organisation, folder: Path) -> Path:
    """SQLite file of an organisation, below `folder`."""
    stem = f".{TEMPLATE_KEY}" if organisation.key == TEMPLATE_KEY else organisation.key
    return folder / f"{stem}.sqlite3"
