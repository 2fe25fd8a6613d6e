"""What has to be there before the site serves: migrated databases and, at the first start, the first accounts.

The first start is told by the databases, not by the folder: no operator yet, no organisation yet. So a second
start changes nothing, and whoever deleted `demo` does not find it back.
"""

import io
import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connections

from VaultPlatform import tenancy
from VaultPlatform.identity.passwords import broken_rules
from VaultPlatform.identity.service import operator_service
from VaultPlatform.serving.console import say
from VaultPlatform.serving.home import CannotStart
from VaultPlatform.tenancy.names import CONTROL_PLANE, TEMPLATE_KEY

ORGANISATION = "demo"
ADMINISTRATOR = "admin"
OPERATOR = "operator"
#: Without these, as `migrate_everything` names them, there is no site.
SITE_DATABASES = (CONTROL_PLANE, TEMPLATE_KEY)

_AS_BEFORE = "as set at the first start"


@dataclass(frozen=True, kw_only=True)
class FirstAccounts:
    """What this start created, and the password that it was given."""

    password: str
    generated: bool
    operator: bool
    organisation: bool


def prepare(*, admin_password: str | None) -> FirstAccounts:
    """Migrate the control plane and every organisation, and create the first accounts where there are none.

    Parameters: `admin_password` for both first accounts; None has one generated.
    Raises CannotStart when the control plane or the template cannot be used or migrated. An organisation or a plugin
    that cannot be migrated is told and does not keep the others from being served. Raises PluginLoadError when
    `Base.plugin_errors` is "refuse" and a plugin could not be migrated.
    """
    _migrate()
    accounts = FirstAccounts(
        password=admin_password or secrets.token_urlsafe(12),
        generated=admin_password is None,
        operator=not operator_service.filter().exists(),
        organisation=not tenancy.list_organisations(),
    )
    if accounts.operator:
        call_command("create_operator", OPERATOR, **_as_given(accounts))
        _tell(f"the operator {OPERATOR}", accounts)
    if accounts.organisation:
        call_command("create_org", ORGANISATION, admin=ADMINISTRATOR, **_as_given(accounts))
        _tell(f"the organisation {ORGANISATION} with its administrator {ADMINISTRATOR}", accounts)
    if not accounts.generated and (accounts.operator or accounts.organisation):
        _warn_of_weak(accounts.password)
    connections.close_all()
    return accounts


def _migrate() -> None:
    try:
        outcome = tenancy.migrate_everything(verbosity=0)
    except DatabaseError as error:
        raise CannotStart(
            f"The database of the site cannot be used: {str(error).strip()}\n"
            "Where it is, the section Database of the settings file says; without one it is in VAULT_HOME."
        ) from error
    for name, reason in outcome.failed.items():
        if name in SITE_DATABASES:
            raise CannotStart(
                f"The {name} cannot be migrated: {reason}\n`manage.py migrate --traceback` tries again."
            )
        if name.startswith(f"{TEMPLATE_KEY} "):  # of a database of an organisation's own
            say(f"NOT MIGRATED: {name} ({reason}). `manage.py migrate_orgs` tries again.")
            continue
        say(
            f"NOT MIGRATED: organisation {name} ({reason}). Requests for it are answered 503 until"
            f" `manage.py migrate_orgs --org {name}` succeeds."
        )
    for sentence in outcome.of_plugins():
        say(f"{sentence} `manage.py migrate` tries again.")
    settings.PLUGIN_HOST.check_migrated()


def _as_given(accounts: FirstAccounts) -> dict[str, Any]:
    """Options of the commands that create an account. A weak password is taken: it is told, and can be changed."""
    return {"password": accounts.password, "accept_weak_password": True, "stdout": io.StringIO()}


def _warn_of_weak(password: str) -> None:
    if broken := broken_rules(password, username=ADMINISTRATOR):
        say(
            f"WEAK PASSWORD: that of VAULT_ADMIN_PASSWORD would be refused anywhere else. {broken} Change it before"
            " others can reach this site: POST /vault/auth/password; another operator: `manage.py create_operator`."
        )


def _tell(created: str, accounts: FirstAccounts) -> None:
    """At once, so that a generated password is not lost when something later goes wrong."""
    say(f"Created {created}, password {_password_in_words(accounts)}.")


def _password_in_words(accounts: FirstAccounts) -> str:
    return (
        f"{accounts.password} (shown at this start only)"
        if accounts.generated
        else "from VAULT_ADMIN_PASSWORD"
    )


def welcome(accounts: FirstAccounts, *, address: str, home: str) -> str:
    """The text for the person at the terminal: where the site is, who can sign in, what to try first.

    Parameters: `address`, scheme, host and port; `home`, the folder of all state.
    """
    new = _password_in_words(accounts)
    admins, operators = (
        new if created else _AS_BEFORE for created in (accounts.organisation, accounts.operator)
    )
    return f"""
NimbusVault is up at {address}

  administrator   {ADMINISTRATOR}, organisation {ORGANISATION}; password {admins}
  operator        {OPERATOR}, the whole site; password {operators}
  all of the API  {address}/vault/api/swagger/
  data and keys   {home}

Try it in another terminal:

  PASSWORD={_password_in_shell(accounts)}
  curl -s {address}/vault/auth/token -H 'Org: {ORGANISATION}' -H 'Content-Type: application/json' \\
    -d '{{"username": "{ADMINISTRATOR}", "password": "'"$PASSWORD"'"}}'

Ctrl-C stops it.
"""


def _password_in_shell(accounts: FirstAccounts) -> str:
    if not accounts.organisation:
        return "'the one of the first start'"
    return f"'{accounts.password}'" if accounts.generated else '"$VAULT_ADMIN_PASSWORD"'
