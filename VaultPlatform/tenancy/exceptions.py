"""What can go wrong between code and its organisation. Each says what was wrong and what to do.

None of these is a database error: Django takes those as a sign of a broken connection and may swallow or retry them.
"""


class TenancyError(Exception):
    """Base of everything below. A mistake in code or set-up; never shown to a client."""


class NoOrganisation(TenancyError):
    """A statement for an organisation's database was about to run with no organisation in context."""

    def __init__(self) -> None:
        super().__init__(
            "There is no current organisation, so it is not known whose database, cache or files are meant. Inside a"
            " request and a task it is set for you. Elsewhere enter it: `with tenancy.use(organisation): …`. A"
            " thread that you start begins without one: hand it `tenancy.propagate(function)` in place of `function`."
            " Tables of the whole site are in the database 'control', which needs none."
        )


class OrganisationChanged(TenancyError):
    """The current organisation is not the one that the open transaction, or the cursor, belongs to."""

    def __init__(self, *, bound: str, current: str, what: str) -> None:
        super().__init__(
            f"This {what} belongs to organisation '{bound}', but the current one is '{current}'. One transaction (and"
            " one cursor) serves one organisation: leave `transaction.atomic()` before `tenancy.use(…)` enters"
            " another, and open a new cursor there."
        )


class StorageMissing(TenancyError):
    """The organisation is known and its database is not there."""

    def __init__(self, *, organisation: str, where: str) -> None:
        super().__init__(
            f"The database of organisation '{organisation}' is missing: expected {where}. It is never made anew by"
            " itself, since that would pass off an empty organisation as yours: restore it from a backup, or check"
            " that VAULT_HOME and the Database section of VaultSettings.json point where they used to."
        )


class CannotClone(TenancyError):
    """The template holds something that a new organisation cannot be given a faithful copy of."""

    def __init__(self, *, what: str, advice: str) -> None:
        super().__init__(f"A new organisation cannot be made from the template: {what}. {advice}")


class StatementRefused(TenancyError):
    """A statement that cannot be confined to the organisation's schema in the way it was sent."""

    def __init__(self, *, what: str, advice: str) -> None:
        super().__init__(f"{what} cannot be confined to the current organisation here. {advice}")


class CacheNotApart(TenancyError):
    """A use of the cache that cannot be kept to one organisation."""

    def __init__(self, *, what: str, advice: str) -> None:
        super().__init__(f"{what}. {advice}")


class NoAddress(TenancyError):
    """The address of an organisation's file was asked for, which has none."""

    def __init__(self, *, name: str) -> None:
        super().__init__(
            f"The file '{name}' has no address: files of organisations are not served by themselves. Write a view that"
            " opens it and answers with a FileResponse, so that the gate stands before it."
        )
