"""Making and removing organisations."""

from django.db import IntegrityError

from VaultErrors.BackendErrors import errors
from VaultPlatform.tenancy.context import Organisation
from VaultPlatform.tenancy.directory import forget
from VaultPlatform.tenancy.migration import template_brought_up_to_date
from VaultPlatform.tenancy.names import check_slug, new_key
from VaultPlatform.tenancy.service import organisation_service
from VaultPlatform.tenancy.storage import storage


def create_organisation(*, slug: str, name: str = "") -> Organisation:
    """Make an organisation with a database of its own, a copy of the migrated template.

    Parameters: `slug`, its name in the `Org` header; `name`, its name for people (the slug if empty). It appears
    complete or not at all. Raises ValidationError for a slug that cannot be, Conflict for one that is taken.
    """
    check_slug(slug)
    organisation = Organisation(slug=slug, key=new_key(slug), name=name or slug)
    store = storage()
    with store.lock():
        template_brought_up_to_date()
        with store.cloning(organisation):
            _record(organisation)
    forget(slug)
    return organisation


def drop_organisation(organisation: Organisation) -> None:
    """Remove an organisation and all its rows, at once and for good."""
    with storage().dropping(organisation):
        organisation_service.bulk_delete({"key": organisation.key})
    forget(organisation.slug)


def _record(organisation: Organisation) -> None:
    try:
        organisation_service.create(slug=organisation.slug, key=organisation.key, name=organisation.name)
    except IntegrityError as error:
        raise errors.bad_request.Conflict(
            f"There is an organisation '{organisation.slug}' already."
        ) from error
