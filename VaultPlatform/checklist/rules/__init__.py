"""The rules, a module for each part of a plugin; importing this enters them all, in the order of the checklist."""

from VaultPlatform.checklist.rules import names, routes, tables, services, imports  # isort: skip

__all__ = ["imports", "names", "routes", "services", "tables"]
