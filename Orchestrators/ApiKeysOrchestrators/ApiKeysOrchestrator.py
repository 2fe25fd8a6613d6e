"""Workflows of API keys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from Orchestrators.AbstractOrchestrators.Workflow import Workflow
from Orchestrators.ContextManager import context_manager
from VaultManagement.ApiKeys.bll.HelperFunctions import checked_expiry, checked_permissions
from VaultManagement.ApiKeys.bll.PostApisbll import OUTCOME, create_key_bll, revoke_key_bll


class ApiKeysOrchestrator(Workflow):
    """
    Description:
    Makes and revokes API keys.
    """

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_create(
        self,
        *,
        user: Any,
        name: str,
        prefix: str,
        sha256: str,
        permissions: Sequence[str],
        expires_at: datetime,
        held: Sequence[str] | None,
    ) -> None:
        """
        Description: Stage a new key.

        Input:
            - user: its owner.
            - name: for people.
            - prefix, sha256: how the key begins, and the digest of the whole.
            - permissions: what it is good for.
            - expires_at: when it ends.
            - held: permissions of the owner; None for everything.

        Output:
            - None. What is known of the key becomes the run's result, the status 201.
        """
        self.mainorchestrator.withholds_result = True  # the answer has the key itself, which is shown once
        self.mainorchestrator.add_step(
            create_key_bll,
            None,
            user=user,
            name=name,
            prefix=prefix,
            sha256=sha256,
            permissions=checked_permissions(permissions, held=held),
            expires_at=checked_expiry(expires_at),
        )

    @context_manager(get_contexts={}, set_contexts=OUTCOME)
    def stage_revoke(self, key_id: UUID, owner: UUID | None, held: Sequence[str] | None) -> None:
        """
        Description: Stage the end of a key.

        Input:
            - key_id: the key.
            - owner: the member whose key it has to be; None for anybody's who may no more than is held.
            - held: the permissions of whoever ends it; None for everything.

        Output:
            - None. The status becomes 204.
        """
        self.mainorchestrator.add_step(revoke_key_bll, None, key_id=key_id, owner=owner, held=held)
