"""An organisation's tables, one file a domain. No organisation column: the database itself is the organisation's."""

from NimbusVaultConstants.CommonConstants.Choices import DocumentStatus, Role
from VaultModels.models.Documents import Document, DocumentTag, DocumentVersion
from VaultModels.models.Users import Session, User

__all__ = ["Document", "DocumentStatus", "DocumentTag", "DocumentVersion", "Role", "Session", "User"]
