"""Writes of operators' sign-in, as steps of a run. They work on the site's database, so they are external."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from Orchestrators.ContextManager import context_manager, external_step
from VaultPlatform.identity.service import operator_service

if TYPE_CHECKING:
    from VaultModels.control.models import Operator

OUTCOME = {"common": ["result", "result_status", "signed_out"]}
SIGNED_OUT = {"common": ["signed_out"]}


@external_step
@context_manager(get_contexts={}, set_contexts=OUTCOME)
def sign_out_operator_bll(orchestrator: Any, operator: Operator) -> None:
    """Begin the operator's next generation of tokens: all of before are refused."""
    generation = operator.token_generation
    orchestrator.set_context_value("signed_out", {"id": str(operator.pk), "generation": generation})
    operator_service.filter(id=operator.pk, token_generation=generation).update(
        token_generation=generation + 1
    )
    orchestrator.note_audit("operator.signed_out", entity_type="Operator", entity_id=operator.pk)
    orchestrator.set_context_value("result_status", 204)


@external_step
@context_manager(get_contexts=SIGNED_OUT, set_contexts={})
def rollback_sign_out_operator_bll(orchestrator: Any) -> None:
    """Go back to the generation before, unless another sign-out has come in between."""
    before = orchestrator.get_context_value("signed_out")
    if before is not None:
        ours = operator_service.filter(id=UUID(before["id"]), token_generation=before["generation"] + 1)
        ours.update(token_generation=before["generation"])
