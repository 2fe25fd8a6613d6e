"""Reads and writes of the organisations' rows in `control`; nobody else touches that table."""

from typing import Any

from VaultModels.control.models import Organisation
from VaultModels.ModelService import ModelService
from VaultPlatform.tenancy.fingerprint import code_fingerprint


class OrganisationService(ModelService[Organisation]):
    """The eight primitives on organisations."""

    model = Organisation

    def create(self, **fields: Any) -> Organisation:
        """Insert one row: of a copy of the template, which is at the state of the code, unless `schema` says else."""
        return super().create(**{"schema": code_fingerprint(), **fields})


organisation_service = OrganisationService()
