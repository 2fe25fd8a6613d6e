"""Workflows of operators' sign-in."""

from typing import Any

from Orchestrators.AbstractOrchestrators.Workflow import Workflow
from Orchestrators.ContextManager import context_manager
from VaultManagement.Operators.bll.PostApisbll import (
    OUTCOME,
    rollback_sign_out_operator_bll,
    sign_out_operator_bll,
)


class OperatorsOrchestrator(Workflow):
    """
    Description:
    Ends the sign-in of operators. Its runs belong to no organisation.
    """

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_sign_out(self, operator: Any) -> None:
        """
        Description: Stage the end of all tokens that an operator was given.

        Input:
            - operator: who signs out.

        Output:
            - None. The status becomes 204.
        """
        self.mainorchestrator.set_context_schema({"signed_out": dict})
        self.mainorchestrator.add_step(
            sign_out_operator_bll, rollback_sign_out_operator_bll, operator=operator
        )
