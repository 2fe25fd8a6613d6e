"""The rules, a module for each part of a plugin; importing this enters them all, in the order of the checklist."""

# isort: off
from VaultPlatform.checklist.rules import names, publishing, routes, views, bll, services, tables
from VaultPlatform.checklist.rules import steps, orchestrators, hooks, imports, core, tenancy, settings

# isort: on
__all__ = [
    "bll",
    "core",
    "hooks",
    "imports",
    "names",
    "orchestrators",
    "publishing",
    "routes",
    "services",
    "settings",
    "steps",
    "tables",
    "tenancy",
    "views",
]
