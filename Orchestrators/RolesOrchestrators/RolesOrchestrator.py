"""Workflows of an organisation's own roles."""

from collections.abc import Sequence

from Orchestrators.AbstractOrchestrators.Workflow import Workflow
from Orchestrators.ContextManager import context_manager
from VaultManagement.Roles.bll.PostApisbll import OUTCOME, create_role_bll, delete_role_bll, update_role_bll


class RolesOrchestrator(Workflow):
    """
    Description:
    Adds, changes and removes roles. Nobody gives what they do not have.
    """

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_create(
        self, name: str, permissions: Sequence[str], held: Sequence[str] | None, description: str = ""
    ) -> None:
        """
        Description: Stage a new role.

        Input:
            - name: what it is called.
            - permissions: names of all that its members may do.
            - held: permissions of whoever adds it; None for everything.
            - description: for people.

        Output:
            - None. The role becomes the run's result, the status 201.
        """
        self.mainorchestrator.add_step(
            create_role_bll,
            None,
            name=name,
            permissions=list(permissions),
            description=description,
            held=held,
        )

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_update(
        self,
        name: str,
        held: Sequence[str] | None,
        permissions: Sequence[str] | None = None,
        description: str | None = None,
    ) -> None:
        """
        Description: Stage changes to a role.

        Input:
            - name: the role.
            - held: permissions of whoever changes it; None for everything.
            - permissions: names of all that its members may do from now on; None leaves them.
            - description: for people; None leaves it.

        Output:
            - None. The role becomes the run's result.
        """
        self.mainorchestrator.add_step(
            update_role_bll, None, name=name, permissions=permissions, description=description, held=held
        )

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_delete(self, name: str) -> None:
        """
        Description: Stage the removal of a role.

        Input:
            - name: the role.

        Output:
            - None. The status becomes 204.
        """
        self.mainorchestrator.add_step(delete_role_bll, None, name=name)
