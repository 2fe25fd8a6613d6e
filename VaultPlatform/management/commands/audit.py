"""`audit verify` and `audit export`: whether the audit chains hold, and a copy to keep elsewhere."""

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from VaultPlatform.audit.reading import OrganisationChain, SiteChain
from VaultPlatform.audit.verification import Report, exported, verify
from VaultPlatform.tenancy import Organisation, get_organisation, list_organisations, use
from VaultPlatform.tenancy.plainly import said_plainly

SITE = "site"


class Command(BaseCommand):
    """See `help`."""

    help = "Verifies the audit chains of organisations and site, or writes one out. Fails if a chain does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verifying = verbs.add_parser("verify", help="read whole chains and say what is wrong with them")
        which = verifying.add_mutually_exclusive_group()
        which.add_argument("--org", metavar="SLUG", help="the chain of this organisation")
        which.add_argument("--site", action="store_true", help="the site's own chain")
        which.add_argument(
            "--all", action="store_true", help="those of all organisations and the site (the default)"
        )
        verifying.add_argument("--json", action="store_true", help="print JSON")
        exporting = verbs.add_parser(
            "export", help="write a chain to standard output, an entry a line, as JSON"
        )
        of = exporting.add_mutually_exclusive_group(required=True)
        of.add_argument("--org", metavar="SLUG", help="the chain of this organisation")
        of.add_argument("--site", action="store_true", help="the site's own chain")

    def handle(self, *_args: Any, **options: Any) -> None:
        with said_plainly():
            if options["verb"] == "export":
                self._export(options)
                return
            reports = {name: report.as_dict() for name, report in _verified(options)}
        self.stdout.write(json.dumps(reports, indent=2) if options["json"] else _sentences(reports))
        if broken := [name for name, report in reports.items() if not report["valid"]]:
            raise CommandError(f"Audit chains that do not hold: {', '.join(broken)}.")

    def _export(self, options: dict[str, Any]) -> None:
        if options["site"]:
            self.stdout.writelines(exported(SiteChain()))
            return
        with use(_organisation(options["org"])):
            self.stdout.writelines(exported(OrganisationChain()))


def _verified(options: dict[str, Any]) -> Iterator[tuple[str, Report]]:
    if options["site"]:
        organisations = []
    else:
        organisations = [_organisation(options["org"])] if options["org"] else list_organisations()
    for organisation in organisations:
        with use(organisation):
            yield organisation.slug, verify(OrganisationChain())
    if not options["org"]:
        yield SITE, verify(SiteChain())


def _organisation(slug: str) -> Organisation:
    found = get_organisation(slug)
    if found is None:
        raise CommandError(f"There is no organisation '{slug}'; `list_orgs` shows those there are.")
    return found


def _sentences(reports: dict[str, dict[str, Any]]) -> str:
    lines = []
    for name, report in reports.items():
        state = "holds" if report["valid"] else f"does NOT hold ({report['found']} findings)"
        lines.append(
            f"{name}: {state}, {report['entries']} entries, head {report['head']['seq']} {report['head']['hash']}"
        )
        lines += [f"  entry {each['seq']}: {each['kind']}: {each['what']}" for each in report["findings"]]
    return "\n".join(lines)
