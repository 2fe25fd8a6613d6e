"""The tables of sessions, operators and failed sign-ins; what is done with them is in `sessions` and `lockout`."""

from VaultModels.control.models import Operator, SignInFailure
from VaultModels.models import Session
from VaultModels.ModelService import ModelService


class SessionService(ModelService[Session]):
    """The eight primitives on sign-in sessions of an organisation's members."""

    model = Session


class OperatorService(ModelService[Operator]):
    """The eight primitives on the site's operators."""

    model = Operator


class SignInFailureService(ModelService[SignInFailure]):
    """The eight primitives on counts of failed sign-ins."""

    model = SignInFailure


session_service = SessionService()
operator_service = OperatorService()
sign_in_failure_service = SignInFailureService()
