"""The benchmark's workflow: three steps, one transaction."""

from Orchestrators.AbstractOrchestrators.Workflow import Workflow
from Orchestrators.ContextManager import context_manager
from Plugins.Bench_Plugin.bll.Rows.PostApisbll import DECLARED, answer_bll, ask_bll, create_bll


class BenchOrchestrator(Workflow):
    """
    Description:
    Writes one benchmark row.
    """

    @context_manager(get_contexts={}, set_contexts=DECLARED)
    def stage_create(self, title: str, target_url: str) -> None:
        """
        Description: Stage asking, writing and answering.

        Input:
            - title, target_url: fields of the row.

        Output:
            - None.
        """
        run = self.mainorchestrator
        run.add_step(ask_bll, None, title=title)
        run.add_step(create_bll, None, title=title, target_url=target_url)
        run.add_step(answer_bll, None)
