"""Which organisation a command works for: `VAULT_ORG=acme python manage.py dumpdata VaultModels.User`.

Django's own commands know nothing of organisations. Those that read or write one's database say so here instead of
failing half-way, or of passing off nothing as everything.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import django

from VaultPlatform.config import load_environment
from VaultPlatform.tenancy.context import use
from VaultPlatform.tenancy.exceptions import TenancyError

#: Django's commands that work on one organisation's database, unless told `--database control`.
FOR_ONE = frozenset(
    {
        *("changepassword", "createsuperuser", "dbshell", "dumpdata", "flush", "inspectdb", "loaddata"),
        *("showmigrations", "sqlflush", "sqlsequencereset", "createcachetable", "remove_stale_contenttypes"),
    }
)


class WhichOrganisation(TenancyError):
    """The command needs an organisation, and VAULT_ORG names none, or one that does not exist."""


@contextmanager
def organisation_of_command(arguments: Sequence[str]) -> Iterator[None]:
    """Run the block for the organisation that VAULT_ORG names, if it names one.

    Parameters: `arguments`, the command line, as in sys.argv. Raises WhichOrganisation.
    """
    slug = load_environment().org
    if slug is None:
        _require_none(arguments)
        yield
        return
    django.setup()
    from VaultPlatform.tenancy.directory import get_organisation

    organisation = get_organisation(slug)
    if organisation is None:
        raise WhichOrganisation(
            f"VAULT_ORG: there is no organisation '{slug}'; `manage.py list_orgs` shows them."
        )
    with use(organisation):
        yield


def _require_none(arguments: Sequence[str]) -> None:
    command, options = (arguments[1], list(arguments[2:])) if len(arguments) > 1 else ("", [])
    if command in FOR_ONE and not {"control", "--database=control", "--help", "-h"} & set(options):
        raise WhichOrganisation(
            f"{command} works on the database of one organisation. Name it: VAULT_ORG=acme manage.py {command} …"
            " For the site's own tables add `--database control`."
        )
