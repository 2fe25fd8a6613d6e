"""`create_org`: a new organisation, with its first administrator if one is named."""

import json
import secrets
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError, CommandParser

from VaultPlatform.audit import command_actor
from VaultPlatform.identity.passwords import hash_of_given
from VaultPlatform.tenancy import create_organisation, drop_organisation
from VaultPlatform.tenancy.plainly import said_plainly


class Command(BaseCommand):
    """See `help`."""

    help = "Makes an organisation. With --admin also its first administrator; a password that is not given is printed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="its name in the Org header: lower-case letters, digits, hyphens")
        parser.add_argument("--name", default="", help="its name for people; the slug if left out")
        parser.add_argument("--admin", metavar="USER", help="user name of its first administrator")
        parser.add_argument(
            "--password", help="the administrator's password; generated and printed if left out"
        )
        parser.add_argument(
            "--accept-weak-password",
            action="store_true",
            help="take --password though it breaks the site's rules, as for a site that only you can reach",
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["password"] is not None and not options["admin"]:
            raise CommandError("--password needs --admin USER: whose password is it?")
        with said_plainly(), command_actor():
            created = _create(options)
        self.stdout.write(json.dumps(created, indent=2) if options["json"] else _sentence(created))


def _create(options: dict[str, Any]) -> dict[str, str]:
    password = options["password"] or secrets.token_urlsafe(12)
    password_hash = (
        hash_of_given(password, username=options["admin"] or "", even_weak=options["accept_weak_password"])
        if options["password"] is not None
        else make_password(password)
    )
    organisation = create_organisation(slug=options["slug"], name=options["name"])
    created = {"slug": organisation.slug, "name": organisation.name}
    if not options["admin"]:
        return created
    try:
        from VaultManagement.Users.bll.PostApisbll import first_administrator

        first_administrator(organisation, username=options["admin"], password_hash=password_hash)
    except BaseException:
        drop_organisation(organisation)  # half an organisation would refuse the corrected command
        raise
    created["admin"] = options["admin"]
    if not options["password"]:
        created["password"] = password
    return created


def _sentence(created: dict[str, str]) -> str:
    sentence = f"Organisation '{created['slug']}' is there."
    if "admin" in created:
        sentence += f" Administrator: {created['admin']}."
    if "password" in created:
        sentence += f" Password (shown this once): {created['password']}"
    return sentence
