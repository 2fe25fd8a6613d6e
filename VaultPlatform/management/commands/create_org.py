"""`create_org`: a new organisation, with its first administrator if one is named."""

import json
import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from VaultPlatform.tenancy import Organisation, create_organisation, drop_organisation, use
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
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["password"] is not None and not options["admin"]:
            raise CommandError("--password needs --admin USER: whose password is it?")
        with said_plainly():
            created = _create(options)
        self.stdout.write(json.dumps(created, indent=2) if options["json"] else _sentence(created))


def _create(options: dict[str, Any]) -> dict[str, str]:
    organisation = create_organisation(slug=options["slug"], name=options["name"])
    created = {"slug": organisation.slug, "name": organisation.name}
    if not options["admin"]:
        return created
    password = options["password"] or secrets.token_urlsafe(12)
    try:
        _create_administrator(organisation, username=options["admin"], password=password)
    except BaseException:
        drop_organisation(organisation)  # half an organisation would refuse the corrected command
        raise
    created["admin"] = options["admin"]
    if not options["password"]:
        created["password"] = password
    return created


def _create_administrator(organisation: Organisation, *, username: str, password: str) -> None:
    from VaultManagement.Users.bll.service import user_service

    with use(organisation):
        user_service.create(username=username, password=password, role="administrator")


def _sentence(created: dict[str, str]) -> str:
    sentence = f"Organisation '{created['slug']}' is there."
    if "admin" in created:
        sentence += f" Administrator: {created['admin']}."
    if "password" in created:
        sentence += f" Password (shown this once): {created['password']}"
    return sentence
