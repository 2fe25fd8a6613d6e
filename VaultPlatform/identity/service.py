"""The tables of sessions and operators. What is done with sessions is in `sessions`."""

from VaultModels.control.models import Operator
from VaultModels.models import Session
from VaultModels.ModelService import ModelService


class SessionService(ModelService[Session]):
    """The eight primitives on sign-in sessions of an organisation's members."""

    model = Session


class OperatorService(ModelService[Operator]):
    """The eight primitives on the site's operators."""

    model = Operator


session_service = SessionService()
operator_service = OperatorService()
