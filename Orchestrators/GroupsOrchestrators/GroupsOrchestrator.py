"""Workflows of groups."""

from collections.abc import Sequence
from uuid import UUID

from Orchestrators.AbstractOrchestrators.Workflow import Workflow
from Orchestrators.ContextManager import context_manager
from VaultManagement.Groups.bll.PostApisbll import (
    OUTCOME,
    create_group_bll,
    delete_group_bll,
    update_group_bll,
)


class GroupsOrchestrator(Workflow):
    """
    Description:
    Adds, changes and removes groups of members.
    """

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_create(self, name: str, members: Sequence[UUID] = ()) -> None:
        """
        Description: Stage a new group.

        Input:
            - name: what it is called.
            - members: ids of the users in it.

        Output:
            - None. The group becomes the run's result, the status 201.
        """
        self.mainorchestrator.add_step(create_group_bll, None, name=name, members=list(members))

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_update(
        self, group_id: int, name: str | None = None, members: Sequence[UUID] | None = None
    ) -> None:
        """
        Description: Stage changes to a group.

        Input:
            - group_id: the group.
            - name: what it is called from now on; None leaves it.
            - members: ids of all users in it; None leaves them.

        Output:
            - None. The group becomes the run's result.
        """
        self.mainorchestrator.add_step(update_group_bll, None, group_id=group_id, name=name, members=members)

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_delete(self, group_id: int) -> None:
        """
        Description: Stage the removal of a group.

        Input:
            - group_id: the group.

        Output:
            - None. The status becomes 204.
        """
        self.mainorchestrator.add_step(delete_group_bll, None, group_id=group_id)
