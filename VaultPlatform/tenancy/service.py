"""Reads and writes of the organisations' rows in `control`; nobody else touches that table."""

from VaultModels.control.models import Organisation
from VaultModels.ModelService import ModelService


class OrganisationService(ModelService[Organisation]):
    """The eight primitives on organisations."""

    model = Organisation


organisation_service = OrganisationService()
