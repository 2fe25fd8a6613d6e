"""Endpoints of runs and their events: each validates, calls one thing, responds.

Those of operators take the organisation as `org` in the query, and are about the site's own runs without it.
"""
# checklist: allow views-answer: what is done about a run is none itself, or it would wait for what it is to end

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView
from NimbusVaultConstants.CommonConstants.PagingSerializers import paged
from NimbusVaultConstants.CommonConstants.Runs import checked, validated
from VaultManagement.Runs.bll import GetApisbll, Handling
from VaultManagement.Runs.bll.GetApisbll import plane_here
from VaultManagement.Runs.serializers import (
    DeliveriesQuerySerializer,
    DeliverySerializer,
    OrganisationQuerySerializer,
    ReplayedSerializer,
    RunSerializer,
    RunsQuerySerializer,
    SettlementSerializer,
    SiteDeliveriesQuerySerializer,
    SiteRunsQuerySerializer,
)
from VaultPlatform.runs.planes import Plane


class RunsView(ModelAPIView):
    """What all endpoints of an organisation's runs have in common: they are for administrators."""

    read_role = write_role = "administrator"
    read_permission, write_permission = "runs.read", "runs.manage"


class Runs(RunsView):
    """The runs of the organisation."""

    @extend_schema(parameters=[RunsQuerySerializer], responses=paged(RunSerializer))
    def get(self, request: Request) -> Response:
        """All runs, the newest first."""
        return Response(GetApisbll.list_runs(plane_here(), **validated(RunsQuerySerializer, request)))


class RunDetail(RunsView):
    """One run."""

    @extend_schema(responses=RunSerializer)
    def get(self, request: Request, run_id: UUID) -> Response:
        """The run and how far each of its steps is."""
        return Response(GetApisbll.get_run(plane_here(), run_id=run_id))


class RunCancel(RunsView):
    """The end of a run that is not wanted any more."""

    @extend_schema(request=None, responses=RunSerializer)
    def post(self, request: Request, run_id: UUID) -> Response:
        """Cancel it: one that waits never begins, what one that runs has done is undone before its next step."""
        return Response(Handling.cancel_run(plane_here(), run_id=run_id))


class RunRetry(RunsView):
    """Another attempt of a run that waits for a person."""

    @extend_schema(request=None, responses=RunSerializer)
    def post(self, request: Request, run_id: UUID) -> Response:
        """Try again what it could not do."""
        return Response(Handling.retry_run(plane_here(), run_id=run_id))


class RunSettle(RunsView):
    """The end of a run that somebody has put right by hand."""

    @extend_schema(request=SettlementSerializer, responses=RunSerializer)
    def post(self, request: Request, run_id: UUID) -> Response:
        """Close it as completed or compensated; nothing is executed."""
        given = validated(SettlementSerializer, request)
        return Response(Handling.settle_run(plane_here(), run_id=run_id, **given))


class Deliveries(RunsView):
    """Events of runs on their way to plugins."""

    @extend_schema(parameters=[DeliveriesQuerySerializer], responses=paged(DeliverySerializer))
    def get(self, request: Request) -> Response:
        """Those that are still to be delivered, and those that were given up; the oldest first."""
        query = validated(DeliveriesQuerySerializer, request)
        return Response(GetApisbll.list_deliveries(plane_here(), **query))


class DeliveryReplay(RunsView):
    """Another attempt of an event that was given up."""

    @extend_schema(request=None, responses=ReplayedSerializer)
    def post(self, request: Request, delivery_id: int) -> Response:
        """Have it delivered again, soon, and as often as a new one."""
        return Response(Handling.replay_delivery(plane_here(), delivery_id=delivery_id))


class SiteRuns(ModelAPIView):
    """The runs of an organisation, or the site's own."""

    @extend_schema(parameters=[SiteRunsQuerySerializer], responses=paged(RunSerializer))
    def get(self, request: Request) -> Response:
        """All runs, the newest first."""
        query = validated(SiteRunsQuerySerializer, request)
        plane = GetApisbll.plane_named(org=query.pop("org", ""))
        return Response(GetApisbll.list_runs(plane, **query))


class SiteRunDetail(ModelAPIView):
    """One run."""

    @extend_schema(parameters=[OrganisationQuerySerializer], responses=RunSerializer)
    def get(self, request: Request, run_id: UUID) -> Response:
        """The run and how far each of its steps is."""
        return Response(GetApisbll.get_run(_plane_of(request), run_id=run_id))


class SiteRunCancel(ModelAPIView):
    """The end of a run that is not wanted any more."""

    @extend_schema(parameters=[OrganisationQuerySerializer], request=None, responses=RunSerializer)
    def post(self, request: Request, run_id: UUID) -> Response:
        """Cancel it: one that waits never begins, what one that runs has done is undone before its next step."""
        return Response(Handling.cancel_run(_plane_of(request), run_id=run_id))


class SiteRunRetry(ModelAPIView):
    """Another attempt of a run that waits for a person."""

    @extend_schema(parameters=[OrganisationQuerySerializer], request=None, responses=RunSerializer)
    def post(self, request: Request, run_id: UUID) -> Response:
        """Try again what it could not do."""
        return Response(Handling.retry_run(_plane_of(request), run_id=run_id))


class SiteRunSettle(ModelAPIView):
    """The end of a run that somebody has put right by hand."""

    @extend_schema(
        parameters=[OrganisationQuerySerializer], request=SettlementSerializer, responses=RunSerializer
    )
    def post(self, request: Request, run_id: UUID) -> Response:
        """Close it as completed or compensated; nothing is executed."""
        given = validated(SettlementSerializer, request)
        return Response(Handling.settle_run(_plane_of(request), run_id=run_id, **given))


class SiteDeliveries(ModelAPIView):
    """Events of an organisation's runs on their way to plugins. Those of the site's own runs are not kept."""

    @extend_schema(parameters=[SiteDeliveriesQuerySerializer], responses=paged(DeliverySerializer))
    def get(self, request: Request) -> Response:
        """Those that are still to be delivered, and those that were given up; the oldest first."""
        query = validated(SiteDeliveriesQuerySerializer, request)
        plane = GetApisbll.plane_named(org=query.pop("org", ""))
        return Response(GetApisbll.list_deliveries(plane, **query))


class SiteDeliveryReplay(ModelAPIView):
    """Another attempt of an event that was given up."""

    @extend_schema(parameters=[OrganisationQuerySerializer], request=None, responses=ReplayedSerializer)
    def post(self, request: Request, delivery_id: int) -> Response:
        """Have it delivered again, soon, and as often as a new one."""
        return Response(Handling.replay_delivery(_plane_of(request), delivery_id=delivery_id))


def _plane_of(request: Request) -> Plane:
    """Whose runs an operator's request is about. Raises NotFound."""
    return GetApisbll.plane_named(**checked(OrganisationQuerySerializer, request.query_params))
