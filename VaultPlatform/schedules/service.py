"""The tables of django-celery-beat."""

from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from VaultModels.ModelService import ModelService


class ScheduleService(ModelService[PeriodicTask]):
    """The eight primitives on schedules."""

    model = PeriodicTask


class CrontabService(ModelService[CrontabSchedule]):
    """The eight primitives on times of day, week and month."""

    model = CrontabSchedule


class IntervalService(ModelService[IntervalSchedule]):
    """The eight primitives on pauses."""

    model = IntervalSchedule


schedule_service = ScheduleService()
crontab_service = CrontabService()
interval_service = IntervalService()
