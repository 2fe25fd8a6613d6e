"""The tables of the journal. What is written with every run is written past this, by `rows`."""

from VaultModels.control.models import DueOrganisation, OwnedOrganisation, RunOwner, SiteRun
from VaultModels.models import Delivery, Run
from VaultModels.ModelService import ModelService


class RunService(ModelService[Run]):
    """The eight primitives on the runs of the current organisation."""

    model = Run


class DeliveryService(ModelService[Delivery]):
    """The eight primitives on the current organisation's events that are still to be delivered."""

    model = Delivery


class SiteRunService(ModelService[SiteRun]):
    """The eight primitives on the site's own runs."""

    model = SiteRun


class RunOwnerService(ModelService[RunOwner]):
    """The eight primitives on processes that execute runs."""

    model = RunOwner


class OwnedOrganisationService(ModelService[OwnedOrganisation]):
    """The eight primitives on where such processes may have runs."""

    model = OwnedOrganisation


class DueOrganisationService(ModelService[DueOrganisation]):
    """The eight primitives on where something waits for a time."""

    model = DueOrganisation


run_service = RunService()
delivery_service = DeliveryService()
site_run_service = SiteRunService()
run_owner_service = RunOwnerService()
owned_organisation_service = OwnedOrganisationService()
due_organisation_service = DueOrganisationService()
