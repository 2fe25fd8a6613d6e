"""Workflows of members."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from Orchestrators.AbstractOrchestrators.Workflow import Workflow
from Orchestrators.ContextManager import context_manager
from VaultManagement.Users.bll.GetApisbll import existing_user
from VaultManagement.Users.bll.PostApisbll import OUTCOME, create_user_bll, delete_user_bll, update_user_bll
from VaultPlatform.identity.passwords import hashed_password


class UsersOrchestrator(Workflow):
    """
    Description:
    Adds, changes and removes members. Passwords are hashed while staging: no run holds one, and no transaction
    waits for it.
    """

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_create(
        self,
        username: str,
        password: str,
        groups: Sequence[int] = (),
        held: Sequence[str] | None = None,
        **fields: Any,
    ) -> None:
        """
        Description: Stage a new member.

        Input:
            - username, password: how they sign in; the password in clear.
            - groups: ids of the groups they are in.
            - held: permissions of whoever adds them; None for everything.
            - fields: email, role, is_active, each optional.

        Output:
            - None. The member becomes the run's result, the status 201.
        """
        password_hash = hashed_password(password, username=username, email=fields.get("email", ""))
        fields = {**fields, "username": username, "password_hash": password_hash}
        self.mainorchestrator.add_step(create_user_bll, None, fields=fields, groups=list(groups), held=held)

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_update(
        self,
        user_id: UUID,
        keep_session: str | None,
        groups: Sequence[int] | None = None,
        held: Sequence[str] | None = None,
        **changes: Any,
    ) -> None:
        """
        Description: Stage changes to a member.

        Input:
            - user_id: the member.
            - keep_session: id of the session that goes on when the password changes, if it is theirs.
            - groups: ids of all their groups; None leaves them as they are.
            - held: permissions of whoever changes them; None for everything.
            - changes: username, email, role, is_active, and password in clear; what is to be changed of them.

        Output:
            - None. The member becomes the run's result.
        """
        if "password" in changes:
            user = existing_user(user_id=user_id)
            names = {name: changes.get(name, getattr(user, name)) for name in ("username", "email")}
            changes = {**changes, "password": hashed_password(changes["password"], **names)}
        self.mainorchestrator.add_step(
            update_user_bll,
            None,
            user_id=user_id,
            changes=changes,
            groups=groups,
            keep_session=keep_session,
            held=held,
        )

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_delete(self, user_id: UUID, held: Sequence[str] | None = None) -> None:
        """
        Description: Stage the removal of a member.

        Input:
            - user_id: the member.
            - held: permissions of whoever removes them; None for everything.

        Output:
            - None. The status becomes 204.
        """
        self.mainorchestrator.add_step(delete_user_bll, None, user_id=user_id, held=held)
