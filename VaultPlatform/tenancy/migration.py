"""Bringing every database of the site to the state of the code: the control plane, the template, each organisation."""

import os
from collections.abc import Mapping
from typing import Any, TextIO

from django.core.management.base import OutputWrapper

from VaultPlatform.tenancy.context import Organisation
from VaultPlatform.tenancy.migration_outcome import Outcome, keep_failures
from VaultPlatform.tenancy.migration_run import PLAIN, Run, template_name
from VaultPlatform.tenancy.names import CONTROL_PLANE, TEMPLATE
from VaultPlatform.tenancy.own_databases import own_databases
from VaultPlatform.tenancy.parallel import for_each
from VaultPlatform.tenancy.storage import storage

__all__ = ["Outcome", "migrate_everything", "migrate_organisations", "template_brought_up_to_date"]

#: So many organisations are migrated at a time, unless it is said otherwise. Each takes two connections.
DEFAULT_JOBS = min(4, os.cpu_count() or 1)


def migrate_everything(
    *,
    verbosity: int = 1,
    options: Mapping[str, Any] | None = None,
    stdout: TextIO | OutputWrapper | None = None,
    jobs: int = DEFAULT_JOBS,
) -> Outcome:
    """Migrate the control plane, the template and every organisation, one process at a time.

    Parameters: `verbosity`, as in Django; `options`, further options of Django's `migrate`; `stdout`, where progress
    goes; `jobs`, how many organisations at a time. The outcome names databases that failed, the others go on (none
    without the control plane), and plugins that failed in a database, of which nothing is left there where it can be
    rolled back. Raises DatabaseError when the server does not answer.
    """
    run = Run(options={**PLAIN, **(options or {}), "verbosity": verbosity}, stdout=stdout)
    with storage().lock(for_long=True, waiting=run.say_waiting):
        storage().prepare_control()
        if run.concerns("control"):
            with run.contained(CONTROL_PLANE):
                run.database("control", CONTROL_PLANE, CONTROL_PLANE, quiet=False)
        if run.concerns("default") and not run.outcome.failed:
            _migrate_organisations(run, only=None, jobs=jobs)
    return run.outcome


def migrate_organisations(
    *,
    only: Organisation | None = None,
    verbosity: int = 1,
    stdout: TextIO | OutputWrapper | None = None,
    jobs: int = DEFAULT_JOBS,
) -> Outcome:
    """Migrate the template and every organisation, or `only` one; the rest as in `migrate_everything`.

    A run that was ended half-way is resumed by the next one: what is done is left alone.
    """
    run = Run(options={**PLAIN, "verbosity": verbosity}, stdout=stdout)
    with storage().lock(for_long=True, waiting=run.say_waiting):
        _migrate_organisations(run, only=only, jobs=jobs)
    return run.outcome


def template_brought_up_to_date(database: str = "") -> None:
    """Migrate the template if the code has moved on. The caller holds the storage's lock.

    Parameters: `database`, the label of the database of an organisation's own, or empty for the site's. Raises what the
    core's migrations raise; a plugin's that fail are passed over.
    """
    Run(options={**PLAIN, "verbosity": 0}).template(database)


def _migrate_organisations(run: Run, *, only: Organisation | None, jobs: int) -> None:
    from VaultPlatform.tenancy.directory import list_organisations

    if only is None:
        for database in ("", *own_databases()):
            with run.contained(template_name(database)):
                run.template(database)
        if not run.special:
            keep_failures(run.outcome.failed_in(TEMPLATE.key))
    organisations = [only] if only else list_organisations()

    def one(numbered: tuple[int, Organisation]) -> None:
        number, organisation = numbered
        label = f"organisation {organisation.slug} ({number}/{len(organisations)})"
        with run.contained(organisation.slug):
            run.organisation(organisation, label)

    for_each(list(enumerate(organisations, 1)), one, jobs=1 if run.special else jobs)
