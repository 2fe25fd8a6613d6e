"""The sweep as a part of Celery's worker: it runs in the worker's first process, whether or not the broker answers."""

from typing import Any

from celery import bootsteps


class SweepStep(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types
    """Starts and stops the sweep with the worker, once its pool of processes is there."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.sweeper: Any = None

    def start(self, parent: Any) -> None:
        """Called by Celery when the worker starts."""
        from VaultPlatform.runs.sweep import Sweeper

        self.sweeper = Sweeper()
        self.sweeper.start()

    def stop(self, parent: Any) -> None:
        """Called by Celery when the worker stops."""
        if self.sweeper is not None:
            self.sweeper.stop()
