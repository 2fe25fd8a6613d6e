"""The states of an organisation's life, and what members are told in those that close it."""

from VaultPlatform.tenancy.context import Organisation

ACTIVE = "active"
SUSPENDED = "suspended"
#: In its grace period: closed, and removed once that is over; can be taken back until then.
DELETING = "deleting"
#: Being removed: a part may be gone already, so that there is no way back.
PURGING = "purging"
#: Being filled from an archive; nobody sees it before it is complete.
IMPORTING = "importing"

_CLOSED = {
    SUSPENDED: "This organisation is suspended; ask the operator of the site.",
    DELETING: "This organisation is being deleted; the operator of the site can still take that back.",
    PURGING: "This organisation is being deleted.",
}


def why_closed(organisation: Organisation) -> str | None:
    """What its members are told in place of an answer; None while it is open to them."""
    return None if organisation.status == ACTIVE else _CLOSED.get(organisation.status, _CLOSED[SUSPENDED])
