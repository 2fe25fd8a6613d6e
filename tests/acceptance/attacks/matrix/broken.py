"""Guards switched off, to see that the matrix notices: each leaves the rest of the site as it is."""

from VaultPlatform import tenancy
from VaultPlatform.identity import gate
from VaultPlatform.identity.service import member_of_session
from VaultPlatform.identity.tokens import AccessToken
from VaultPlatform.tenancy.backends import binding


def break_on_purpose(what: str, organisation: tenancy.Organisation) -> None:
    """Switch `what` off: `nothing`, `gate`, `trust` or `binding`; `organisation` is the one that is laid open."""
    {"nothing": _nothing, "gate": _gate, "trust": _trust, "binding": _binding}[what](organisation)


def _nothing(_: tenancy.Organisation) -> None:
    pass


def _gate(_: tenancy.Organisation) -> None:
    """Nobody asks whether a token is the organisation's."""

    def by_session(credentials: str) -> object:
        token = AccessToken.decode(credentials)
        member = member_of_session(token["sid"])
        if member is None:
            raise gate.errors.bad_request.Unauthenticated("The session has ended; sign in again.")
        return member, token

    gate._by_session = by_session  # type: ignore[assignment]


def _trust(_: tenancy.Organisation) -> None:
    """The token is believed, whichever organisation is asked."""
    homes = {each.key: each for each in tenancy.list_organisations()}

    def by_session(credentials: str) -> object:
        token = AccessToken.decode(credentials)
        with tenancy.use(homes[token["org"]]):
            member = member_of_session(token["sid"])
        return member, token

    gate._by_session = by_session  # type: ignore[assignment]


def _binding(organisation: tenancy.Organisation) -> None:
    """Connections serve this organisation, whichever is the current one."""
    binding.current = lambda: organisation
