"""`manage.py create_operator USER`: somebody who may run the site."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, transaction

from VaultPlatform.audit import command_actor, record_site
from VaultPlatform.identity.passwords import hash_of_given
from VaultPlatform.identity.service import operator_service
from VaultPlatform.tenancy.plainly import said_plainly

if TYPE_CHECKING:
    from VaultModels.control.models import Operator

#: Characters of `Operator.username`.
MAX_NAME = 150


class Command(BaseCommand):
    """Create an operator; a password that is not given is made up and printed, this once."""

    help = "Create an operator of the site, who signs in at /vault/site/token."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="USER", help="Name to sign in with.")
        parser.add_argument("--password", help="Without it, one is made up and printed once.")
        parser.add_argument(
            "--accept-weak-password",
            action="store_true",
            help="Take --password though it breaks the site's rules, as for a site that only you can reach.",
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")

    def handle(
        self, *_args: Any, username: str, password: str | None, as_json: bool, verbosity: int, **options: Any
    ) -> None:
        _check_name(username)
        if password == "":
            raise CommandError("The password is empty; leave --password out to have one made up.")
        made_up = secrets.token_urlsafe(15) if password is None else None
        weak = options["accept_weak_password"]
        with said_plainly():
            password_hash = (
                make_password(made_up)
                if password is None
                else hash_of_given(password, username=username, even_weak=weak)
            )
            operator = _create(username, password_hash)
        told = {"password": made_up} if made_up else {}
        if as_json:
            self.stdout.write(json.dumps({"id": str(operator.pk), "username": username, **told}))
        elif made_up:
            self.stdout.write(f"Created operator '{username}' with password {made_up} (shown this once).")
        elif verbosity:
            self.stdout.write(f"Created operator '{username}'.")


def _create(username: str, password_hash: str) -> Operator:
    try:
        with transaction.atomic(using="control"), command_actor():
            operator = operator_service.create(username=username, password=password_hash)
            detail = {"username": username}
            record_site(
                action="operator.created", entity_type="Operator", entity_id=operator.pk, detail=detail
            )
        return operator
    except IntegrityError:
        raise CommandError(f"There is an operator '{username}' already.") from None


def _check_name(username: str) -> None:
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError as error:
        raise CommandError(f"'{username}' cannot name an operator. {' '.join(error.messages)}") from None
    if len(username) > MAX_NAME:
        raise CommandError(f"A name has at most {MAX_NAME} characters; this one has {len(username)}.")
