"""The dry run: everything that a start of the site does with the new list, but for serving."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.urls import get_resolver

from VaultPlatform.host.reporting import states_of_plugins
from VaultPlatform.host.trial import trial
from VaultPlatform.tenancy import list_organisations, use
from VaultPlatform.tenancy.context import Organisation
from VaultPlatform.tenancy.migration_steps import plugin_labels, steps
from VaultPlatform.tenancy.names import TEMPLATE
from VaultPlatform.tenancy.storage import storage


def look_at_everything(labels_of: list[str]) -> dict[str, Any]:
    """What the host, Django's checks, routes, API description and migrations say.

    Parameters: `labels_of`, the plugins of which it is to be told what their tables were like before.
    """
    loaded = load_everything()
    labels = sorted(label for label, name in plugin_labels().items() if name in labels_of)
    applied = _applied_everywhere(labels)
    found = {
        "complaints": _complaints(),
        "undescribed": _undescribed(),
        "labels": labels,
        "waiting": _is_waiting(labels, applied),
        "applied": applied,
    }
    return {**loaded, **found, "plugins": states_of_plugins()}


def load_everything() -> dict[str, Any]:
    """What became of each plugin, and which leave something behind in the process that loads them."""
    get_resolver().reverse_dict  # noqa: B018  # looks at every route
    tried = trial()
    unfit = dict(tried.unfit) if tried is not None else {}
    folders = {each.name: each.source for each in settings.PLUGIN_HOST.status()}
    return {
        "plugins": states_of_plugins(),
        "unfit": {name: [*said, folders.get(name, "")] for name, said in unfit.items()},
    }


def _complaints() -> list[str]:
    """Errors of Django's checks, those that look into databases aside: with one, no command and no server starts."""
    found = checks.run_checks(app_configs=list(apps.get_app_configs()))
    return [f"{each.obj}: {each.msg} ({each.id})" for each in found if each.level >= checks.ERROR]


def _undescribed() -> list[str]:
    """The plugins without which the API description has to do."""
    from VaultPlatform.web.openapi import api_description, left_out_of_description

    api_description()
    return sorted(left_out_of_description())


def _applied_everywhere(labels: list[str]) -> dict[str, dict[str, list[str]]]:
    """Key of an organisation -> label -> migrations that it has; only where there are some."""
    if not labels:
        return {}
    try:
        organisations = [TEMPLATE, *list_organisations()]
    except Exception:  # noqa: BLE001  # a deployment before its first `migrate` has none
        return {}
    found = {each.key: _applied(each, labels) for each in organisations}
    return {key: applied for key, applied in found.items() if applied}


def _is_waiting(labels: list[str], applied: dict[str, dict[str, list[str]]]) -> bool:
    """Whether the template, or an organisation that has some, lacks one of the migrations."""
    wanted = {
        (label, each.name)
        for step in steps()
        for label in step.labels
        if label in labels
        for each in step.migrations()
    }
    databases = {TEMPLATE.key: {}, **applied}
    return any(name not in there.get(label, ()) for there in databases.values() for label, name in wanted)


def _applied(organisation: Organisation, labels: list[str]) -> dict[str, list[str]]:
    with use(organisation):
        if not storage().exists(organisation):
            return {}
        applied = MigrationRecorder(connections["default"]).applied_migrations()
    found = {label: [name for owner, name in applied if owner == label] for label in labels}
    return {label: names for label, names in found.items() if names}
