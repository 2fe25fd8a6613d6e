from Orchestrators.AbstractOrchestrators.BaseOrchestrator import BaseOrchestrator
from Orchestrators.ContextManager import context_manager, db_step
from Plugins.Notary_Plugin.models import Heard


@db_step
@context_manager()
def write(orchestrator, what):
    Heard.objects.create(what=what)


class Notary(metaclass=BaseOrchestrator):
    """Description: Writes down."""

    def __init__(self, orchestrator_obj):
        """Description: Bind.

        Input:
            - orchestrator_obj: the run.

        Output:
            - None.
        """
        self.mainorchestrator = orchestrator_obj

    @context_manager()
    def stage_write(self, what):
        """Description: Stage it.

        Input:
            - what: what was heard.

        Output:
            - None.
        """
        self.mainorchestrator.add_step(write, None, what=what)
