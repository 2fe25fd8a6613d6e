"""What is said of why a plugin did not load."""

import pytest
from pydantic import BaseModel, ValidationError

from VaultPlatform.host.containment import reason_of
from VaultPlatform.host.status import PluginRecord

pytestmark = pytest.mark.database_independent


class Account(BaseModel):
    """Of a plugin's own."""

    token: int


def test_a_value_that_did_not_fit_is_not_shown_for_it_may_be_a_secret() -> None:
    with pytest.raises(ValidationError) as told:
        Account.model_validate({"token": "hunter2"})
    reason = reason_of(told.value, record=PluginRecord(name="Notes_Plugin"))
    assert "hunter2" in str(told.value)
    assert "hunter2" not in reason
    assert reason.startswith("ValidationError: Account: token: Input should be a valid integer")
