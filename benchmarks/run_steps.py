"""Steps of the runs that are measured."""

from typing import Any

from Orchestrators.ContextManager import context_manager, db_step, external_step
from VaultManagement.Groups.bll.service import group_service


@db_step
@context_manager()
def save(_: Any, name: str) -> None:
    """Write a row."""
    group_service.create(name=name)


@external_step
@context_manager()
def nothing(_: Any, name: str) -> None:
    """Do nothing outside."""
    del name
