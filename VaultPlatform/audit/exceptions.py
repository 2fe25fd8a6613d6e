"""What goes wrong in the audit trail."""

from django.db import DatabaseError


class AuditFailed(DatabaseError):
    """An entry could not be written, so what it is about is rolled back: no audit, no write.

    A database error, because it comes up where a transaction is committed, and only these make Django roll it back.
    """

    def __init__(self, *, chain: str, reason: BaseException) -> None:
        super().__init__(
            f"The audit entry could not be written ({chain}), so nothing else was: {reason}. Look at the tables"
            " audit_entry and audit_head of that database, and run `python manage.py audit verify`."
        )
