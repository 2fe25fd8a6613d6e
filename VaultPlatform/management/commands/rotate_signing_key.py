"""`rotate_signing_key`: another key signs the tokens from now on."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from VaultPlatform.audit import command_actor, record_site
from VaultPlatform.identity.signing import remove_expired, ring, rotate
from VaultPlatform.tenancy.plainly import said_plainly


class Command(BaseCommand):
    """See `help`."""

    help = (
        "Makes a new key that signs the tokens from now on. Older keys verify until what they signed has expired, and"
        " are removed then. Running processes notice within seconds."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--revoke-old",
            action="store_true",
            help="remove all older keys at once: everybody has to sign in again",
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON")

    def handle(self, *_args: Any, revoke_old: bool, as_json: bool, **_options: Any) -> None:
        if settings.TOKEN_KEYS:
            raise CommandError(
                "The keys of this site are named by its settings, not kept in VAULT_HOME. Put a new one first into"
                " Auth.signing_keys, restart, and take the old one out when its tokens have expired."
            )
        remove_expired()
        with said_plainly(), command_actor():
            key_id = rotate(revoke_old=revoke_old)
            others = len(ring().keys) - 1
            detail = {"key": key_id, "revoked_old": revoke_old}
            record_site(
                action="signing_key.rotated", entity_type="SigningKey", entity_id=key_id, detail=detail
            )
        if as_json:
            self.stdout.write(json.dumps({"id": key_id, "older_keys": others}))
        else:
            self.stdout.write(f"Key {key_id} signs from now on. Older keys that still verify: {others}.")
