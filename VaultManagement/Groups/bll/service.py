"""The groups' table: Django's own, in the organisation's database."""

from django.contrib.auth.models import Group

from VaultModels.ModelService import ModelService


class GroupService(ModelService[Group]):
    model = Group


group_service = GroupService()
