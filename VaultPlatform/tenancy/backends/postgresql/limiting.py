"""How long statements may run inside of a hook implementation: `statement_timeout`, for these statements alone.

What it was before is kept in the transaction itself, so it comes back whichever savepoints were released or rolled
back meanwhile, and both of these can be sent once too often. They travel with the statement, in one message.
"""

from math import ceil

#: The setting before it was limited; '' when it is not.
_KEPT = "vault.statement_timeout"
_BEFORE = f"coalesce(nullif(current_setting('{_KEPT}', true), ''), current_setting('statement_timeout'))"
#: Gives the setting back.
GIVE_BACK = f"SELECT set_config('statement_timeout', {_BEFORE}, true), set_config('{_KEPT}', '', true)"


def limit(seconds: float) -> str:
    """Keeps the setting, and has what follows in the transaction run no longer than `seconds`."""
    milliseconds = max(1, ceil(seconds * 1000))
    return f"SELECT set_config('{_KEPT}', {_BEFORE}, true), set_config('statement_timeout', '{milliseconds}', true)"
