"""What happens to users of an organisation."""

import pluggy

hookspec = pluggy.HookspecMarker("vault")


class UserHooks:
    """A user is created and signs in."""

    @hookspec
    def on_user_created(self, user_id: str) -> None:
        """Called after a user was created. `user_id` is the id as text."""

    @hookspec
    def on_user_logged_in(self, user_id: str) -> None:
        """Called after a user signed in. `user_id` is the id as text."""
