from Orchestrators.AbstractOrchestrators.BaseOrchestrator import BaseOrchestrator
from Orchestrators.ContextManager import context_manager
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry
from Plugins.Citations_Plugin.bll.Citations.PostApisbll import (
    record_citation_bll,
    refuse_censored_bll,
    rollback_record_citation_bll,
)
from VaultModels.ModelRegistry import MODEL_REGISTRY


class CitationsOrchestrator(metaclass=BaseOrchestrator):
    """
    Description:
    Writes of citations.
    """

    def __init__(self, orchestrator_obj):
        """
        Description: Keep the run.

        Input:
            - orchestrator_obj: the run, if there is one already.

        Output:
            - None.
        """
        self.mainorchestrator = orchestrator_obj or OrchestratorRegistry.get("main")

    @context_manager(
        get_contexts={"common": []},
        set_contexts={"common": ["result", "result_status", "recorded_citation_obj"]},
    )
    def stage_record(self, user, source_url, quote):
        """
        Description: Stage what records a citation.

        Input:
            - user: who cites.
            - source_url, quote: what is cited.

        Output:
            - None.
        """
        self.mainorchestrator.set_context_schema(
            {"recorded_citation_obj": MODEL_REGISTRY.get("RecordedCitation")}
        )
        self.mainorchestrator.add_step(
            record_citation_bll,
            rollback_record_citation_bll,
            user=user,
            source_url=source_url,
            quote=quote,
        )
        self.mainorchestrator.add_step(refuse_censored_bll, None, quote=quote)
