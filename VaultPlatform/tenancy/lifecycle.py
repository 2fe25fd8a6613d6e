"""The life of organisations: made, renamed, suspended, deleted with a time to think again, removed.

Each change of an organisation's row is entered in the site's audit chain in the same transaction, and then, where the
organisation goes on living, in its own. Its own comes second and may be missed by a crash in between; it never tells of
what did not happen, and an organisation whose database is out of reach can still be closed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Q
from django.utils.timezone import now

from VaultErrors.BackendErrors import errors
from VaultPlatform import audit
from VaultPlatform.audit.service import audit_anchor_service
from VaultPlatform.host.service import plugin_switch_service
from VaultPlatform.storage import blob_storage
from VaultPlatform.tenancy.context import Organisation, use
from VaultPlatform.tenancy.directory import as_value, forget
from VaultPlatform.tenancy.exceptions import TenancyError
from VaultPlatform.tenancy.files import remove_files
from VaultPlatform.tenancy.migration import template_brought_up_to_date
from VaultPlatform.tenancy.names import check_slug, new_key
from VaultPlatform.tenancy.own_databases import database_for
from VaultPlatform.tenancy.service import organisation_service
from VaultPlatform.tenancy.states import ACTIVE, DELETING, IMPORTING, PURGING, SUSPENDED
from VaultPlatform.tenancy.storage import storage

if TYPE_CHECKING:
    from VaultModels.control.models import Organisation as Row

log = structlog.get_logger(__name__)

#: After so long an import that has not ended is taken for one that was killed.
IMPORT_KEPT = timedelta(days=7)
_OPEN = {"status": ACTIVE, "delete_after": None}


def create_organisation(*, slug: str, name: str = "") -> Organisation:
    """Make an organisation with a database of its own, a copy of the migrated template.

    Parameters: `slug`, its name in the `Org` header; `name`, its name for people (the slug if empty). It appears
    complete or not at all. Raises ValidationError for a slug that cannot be, Conflict for one that is taken.
    """
    return _make(slug=slug, name=name, status=ACTIVE)


def draft_organisation(*, slug: str, name: str = "") -> Organisation:
    """As `create_organisation`, but nobody sees it until `open_organisation`; for imports."""
    return _make(slug=slug, name=name, status=IMPORTING, delete_after=now() + IMPORT_KEPT)


def open_organisation(organisation: Organisation) -> Organisation:
    """Show a draft, which is complete now, to everybody."""
    return _changed(organisation.slug, "organisation.imported", {IMPORTING}, _OPEN)


def rename_organisation(slug: str, *, new_slug: str | None = None, name: str | None = None) -> Organisation:
    """Give an organisation another slug, another name, or both; its storage and its tokens stay as they are.

    Raises ValidationError for a slug that cannot be, Conflict for one that is taken or while the organisation is being
    deleted, NotFound. The old slug is unknown here at once, and in other processes after a moment.
    """
    changes = {"slug": new_slug, "name": name}
    changes = {column: value for column, value in changes.items() if value is not None}
    if "slug" in changes:
        check_slug(str(new_slug))
    if not changes or "" in changes.values():
        raise errors.bad_request.ValidationError(
            "Say which name it is to get: a new slug, a new name, or both."
        )
    return _changed(slug, "organisation.renamed", {ACTIVE, SUSPENDED}, changes)


def suspend_organisation(slug: str) -> Organisation:
    """Close an organisation to its members until it is resumed. Raises NotFound, Conflict if it is not active."""
    return _changed(slug, "organisation.suspended", {ACTIVE}, {"status": SUSPENDED})


def resume_organisation(slug: str) -> Organisation:
    """Open an organisation that is suspended, or that is being deleted and in its grace period.

    Raises NotFound, Conflict if it is active, or gone too far to come back.
    """
    return _changed(slug, "organisation.resumed", {SUSPENDED, DELETING}, _OPEN)


def delete_organisation(slug: str) -> Organisation:
    """Close an organisation and have it removed when the grace period is over; `resume_organisation` takes it back.

    Raises NotFound, Conflict if that has been done before.
    """
    after = now() + timedelta(days=settings.DELETION_GRACE_DAYS)
    closed = {"status": DELETING, "delete_after": after}
    return _changed(slug, "organisation.deleted", {ACTIVE, SUSPENDED}, closed)


def put_back_organisation(before: Organisation) -> None:
    """Give an organisation the names and the state of `before`, a value of it from earlier. Raises NotFound."""
    row = organisation_service.get(key=before.key)
    if row is None:
        raise errors.bad_request.NotFound(f"There is no organisation '{before.slug}' any more.")
    state = {
        "slug": before.slug,
        "name": before.name,
        "status": before.status,
        "delete_after": before.delete_after,
    }
    _changed(row.slug, "organisation.put_back", {ACTIVE, SUSPENDED, DELETING}, state)


def drop_organisation(organisation: Organisation) -> None:
    """Remove an organisation with all its rows, files and whatever the site keeps of it, at once and for good.

    From the first moment nobody is let in any more. A removal that fails or is killed half-way is taken up again by the
    next one. Raises Conflict, and leaves things as they were, while a backup or an export copies the organisation.
    """
    row = organisation_service.get(key=organisation.key)
    before = row.status if row is not None else PURGING
    if row is not None:
        organisation_service.update(row, status=PURGING)
    forget(organisation.slug)
    try:
        _remove_contents(organisation)
    except errors.bad_request.Conflict:
        if row is not None:
            organisation_service.update(row, status=before)
        raise
    _remove_rows(organisation, told=before != IMPORTING)
    forget(organisation.slug)
    # Other processes may have taken uploads for a moment still; without its database they cannot any more.
    _remove_contents(organisation)


def purge_organisations() -> dict[str, str]:
    """Remove the organisations whose grace period is over; slug -> why not, of those that could not be.

    Removals and imports that were killed half-way are brought to their end too, the latter after some days.
    """
    failed = {}
    for row in organisation_service.filter(Q(delete_after__lte=now()) | Q(status=PURGING)):
        try:
            drop_organisation(as_value(row))
        except (errors.VaultError, DatabaseError, TenancyError, OSError) as error:
            log.error("purge_failed", org=row.slug, exc_info=error)
            failed[row.slug] = str(error)
    return failed


def find_organisation(slug: str) -> Organisation:
    """The organisation as it is now, whatever its state. Raises NotFound."""
    return as_value(_row(slug))


def _make(*, slug: str, name: str, status: str, delete_after: datetime | None = None) -> Organisation:
    check_slug(slug)
    made = Organisation(
        slug=slug,
        key=new_key(slug),
        name=name or slug,
        status=status,
        delete_after=delete_after,
        database=database_for(slug),
    )
    store = storage()
    with store.lock():
        template_brought_up_to_date(made.database)
        with store.cloning(made):
            _record(made)
            if status == ACTIVE:
                _tell_site("organisation.created", made)
    forget(slug)
    return made


def _record(made: Organisation) -> None:
    try:
        organisation_service.create(
            slug=made.slug,
            key=made.key,
            name=made.name,
            status=made.status,
            delete_after=made.delete_after,
            database=made.database,
        )
        audit_anchor_service.create(organisation=made.key)
    except IntegrityError as error:
        raise _taken(made.slug) from error


def _changed(slug: str, action: str, fitting: Collection[str], changes: Mapping[str, Any]) -> Organisation:
    """Write `changes` to an organisation in one of the `fitting` states, and say so in both chains."""
    with transaction.atomic(using="control"):
        row = _row(slug, locked=True)
        if row.status not in fitting:
            raise errors.bad_request.Conflict(f"The organisation '{slug}' is {_STATES[row.status]}.")
        try:
            with transaction.atomic(using="control"):
                organisation_service.update(row, **changes)
        except IntegrityError as error:
            raise _taken(changes["slug"]) from error
        changed = as_value(row)
        told = {name: str(value) for name, value in changes.items()}
        _tell_site(
            action, changed, **{"slug": slug, **{f"new_{name}": value for name, value in told.items()}}
        )
    for each in {slug, changed.slug}:
        forget(each)
    _tell_itself(action, changed, told)
    return changed


def _remove_contents(organisation: Organisation) -> None:
    """Its contents and its files. Raises Conflict while they are being copied."""
    with use(organisation):
        blob_storage().clear()
        remove_files()


def _remove_rows(organisation: Organisation, *, told: bool) -> None:
    """Its database, and its rows in `control`, together."""
    with storage().dropping(organisation):
        organisation_service.bulk_delete({"key": organisation.key})
        audit_anchor_service.bulk_delete({"organisation": organisation.key})
        plugin_switch_service.bulk_delete({"organisation": organisation.key})
        if told:
            _tell_site("organisation.removed", organisation)


def _tell_site(action: str, organisation: Organisation, **detail: str) -> None:
    detail = {"slug": organisation.slug, **detail}
    audit.record_site(action=action, entity_type="Organisation", entity_id=organisation.key, detail=detail)


def _tell_itself(action: str, organisation: Organisation, detail: Mapping[str, str]) -> None:
    try:
        with use(organisation):
            audit.record(action=action, entity_type="Organisation", entity_id=organisation.key, detail=detail)
    except (DatabaseError, TenancyError) as error:
        log.error("organisation_not_told", org=organisation.slug, action=action, exc_info=error)


def _row(slug: str, *, locked: bool = False) -> Row:
    rows = organisation_service.filter(slug=slug)
    row = (rows.select_for_update() if locked else rows).first()
    if row is None:
        raise errors.bad_request.NotFound(f"There is no organisation '{slug}'.")
    return row


def _taken(slug: str) -> errors.VaultError:
    return errors.bad_request.Conflict(f"There is an organisation '{slug}' already.")


#: How an organisation in a state is called where that is in the way.
_STATES = {
    ACTIVE: "active",
    SUSPENDED: "suspended",
    DELETING: "being deleted; resume it first to take that back",
    PURGING: "being deleted, and a part of it is gone already",
    IMPORTING: "being imported",
}
