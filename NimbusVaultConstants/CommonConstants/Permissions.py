"""What code behind a view asks of the member of a request: `may(user, "notes.manage")`. Plugins import from here."""

from VaultPlatform.identity.permissions import UnknownPermission, may

__all__ = ["UnknownPermission", "may"]
