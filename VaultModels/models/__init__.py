"""An organisation's tables, one file a domain. No organisation column: the database itself is the organisation's."""

from VaultModels.models.Documents import Document, DocumentStatus, DocumentTag, DocumentVersion
from VaultModels.models.Users import Role, Session, User

__all__ = ["Document", "DocumentStatus", "DocumentTag", "DocumentVersion", "Role", "Session", "User"]
