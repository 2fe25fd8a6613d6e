"""What happens to users of an organisation."""

import pluggy

hookspec = pluggy.HookspecMarker("vault")


class UserHooks:
    """A user of the current organisation is created and signs in."""

    @hookspec
    def on_user_created(self, user_id: str) -> None:
        """A user was created.

        Input:
            - user_id: the user's id as text.
        """

    @hookspec
    def on_user_logged_in(self, user_id: str) -> None:
        """A user signed in; a token that is refreshed is no sign-in.

        Input:
            - user_id: the user's id as text.
        """
