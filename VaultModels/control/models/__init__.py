"""The control plane's models, one file a noun."""

from VaultModels.control.models.Operators import Operator
from VaultModels.control.models.Organisations import Organisation
from VaultModels.control.models.SignInFailures import SignInFailure

__all__ = ["Operator", "Organisation", "SignInFailure"]
