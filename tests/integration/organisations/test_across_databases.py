"""An organisation goes to a site on the other database and comes back: the same rows, contents and audit chain."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.integration.organisations.held import everything
from tests.integration.organisations.populated import populate
from tests.integration.organisations.sites import another_site
from tests.site import DATABASE
from VaultPlatform import tenancy
from VaultPlatform.audit.reading import OrganisationChain
from VaultPlatform.audit.verification import verify
from VaultPlatform.tenancy.archive import import_organisation

pytestmark = [
    pytest.mark.skipif(DATABASE != "postgresql", reason="there and back are tested once, from PostgreSQL"),
    pytest.mark.timeout(400),
]
AUDIT = {"VaultModels.AuditEntry", "VaultModels.AuditHead"}


def test_from_postgresql_to_sqlite_and_back(make_org: Any, client_for: Any, tmp_path: Path) -> None:
    org = make_org()
    populate(org, client_for(org))
    call_command("export_org", org.slug, str(tmp_path / "there.tar"), stdout=None)
    with another_site(tmp_path, engine="sqlite") as site:
        site.commands(
            ("migrate", "--verbosity", "0"),
            ("import_org", str(tmp_path / "there.tar"), "visiting"),
            ("export_org", "visiting", str(tmp_path / "back.tar"), "--gzip"),
        )
        [there] = site.ask("state")["organisations"].values()
    with (tmp_path / "back.tar").open("rb") as file:
        back = import_organisation(file, slug=f"{org.slug}-2")
    try:
        before, after = everything(org), everything(back)
        assert {name: before[name] for name in before if name not in AUDIT} == {
            name: after[name] for name in after if name not in AUDIT
        }
        entries = before["VaultModels.AuditEntry"]
        assert after["VaultModels.AuditEntry"][: len(entries)] == entries
        assert there["valid"]
        with tenancy.use(back):
            report = verify(OrganisationChain())
        # exported there; imported there, exported there, imported here
        assert (report.valid, report.entries) == (True, len(entries) + 3)
    finally:
        tenancy.drop_organisation(back)
