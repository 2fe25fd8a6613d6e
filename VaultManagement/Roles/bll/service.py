"""The table of an organisation's own roles."""

from VaultModels.models import CustomRole
from VaultModels.ModelService import ModelService


class CustomRoleService(ModelService[CustomRole]):
    model = CustomRole


custom_role_service = CustomRoleService()
