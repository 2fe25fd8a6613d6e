"""The checklist for plugins and for the core's own features: rules as static analysis over their files.

Nothing of a plugin is imported, so one that fails to load, or lies outside of the site, can be checked all the same.
A rule is one function in `rules/`, entered with an id, a sentence and a remedy; docs/checklist.md lists them.
"""

from VaultPlatform.checklist.checking import CannotCheck, check, plugin_at
from VaultPlatform.checklist.findings import Excepted, Finding, Report
from VaultPlatform.checklist.registry import RULES, Rule
from VaultPlatform.checklist.subject import Kind, Site, Subject, features

__all__ = [
    "RULES",
    "CannotCheck",
    "Excepted",
    "Finding",
    "Kind",
    "Report",
    "Rule",
    "Site",
    "Subject",
    "check",
    "features",
    "plugin_at",
]
