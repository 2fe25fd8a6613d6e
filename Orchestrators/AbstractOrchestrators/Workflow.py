"""What an orchestrator needs beside its workflows: the run that it stages them on."""

from typing import Any

from Orchestrators.AbstractOrchestrators.BaseOrchestrator import BaseOrchestrator


class Workflow(metaclass=BaseOrchestrator):
    """
    Description:
    Base of orchestrators that keep nothing but their run.
    """

    def __init__(self, orchestrator_obj: Any) -> None:
        """
        Description: Bind to the main run.

        Input:
            - orchestrator_obj: the MainOrchestrator of this run.

        Output:
            - None.
        """
        self.mainorchestrator = orchestrator_obj
