"""Whether the site is ready to serve, component by component.

Anybody may ask, so the answer names components and says in general words what is wrong with them; the exceptions, and
what plugins say of themselves, are in the log.
"""

from typing import Any, Final

import structlog
from django.conf import settings

from VaultManagement.Health.bll.Checks import auxiliary_checks, core_checks, plugin_checks
from VaultManagement.Health.bll.HelperFunctions import outcomes

#: Seconds after which a component counts as failing.
DEADLINE_SECONDS: Final = 2.0

log = structlog.get_logger(__name__)

_OK = {"status": "ok"}


def get_readiness() -> dict[str, Any]:
    """``{"status", "components": {name: {"status", "detail"?}}}``.

    A component is "ok", "failing" (the site cannot serve: the status of the whole is then "unavailable") or "warning":
    plugins and what merely delays work do not take the site out of service.
    """
    core, auxiliary, plugins = core_checks(), auxiliary_checks(), dict(plugin_checks())
    checks = {**core, **auxiliary, **{f"plugin:{name}": check for name, check in plugins.items()}}
    found = outcomes(checks, seconds=DEADLINE_SECONDS)
    components = {name: _core(name, found[name], status="failing") for name in core}
    components |= {name: _core(name, found[name], status="warning") for name in auxiliary}
    components["plugins"] = _plugins_that_did_not_load()
    for name in plugins:
        components |= _said_by_plugin(name, found[f"plugin:{name}"])
    failing = any(component["status"] == "failing" for component in components.values())
    return {"status": "unavailable" if failing else "ok", "components": components}


def _core(name: str, outcome: Any, *, status: str) -> dict[str, str]:
    if not isinstance(outcome, BaseException):
        return _OK
    log.error("health_check_failed", component=name, exc_info=outcome)
    late = isinstance(outcome, TimeoutError)
    return {
        "status": status,
        "detail": "It did not answer in time." if late else "It does not work at the moment.",
    }


def _plugins_that_did_not_load() -> dict[str, str]:
    names = [each.name for each in settings.PLUGIN_HOST.status() if each.state in {"failed", "absent"}]
    return {"status": "warning", "detail": f"Not loaded: {', '.join(names)}."} if names else _OK


def _said_by_plugin(name: str, outcome: Any) -> dict[str, dict[str, str]]:
    """The components that a plugin reports, as ``plugin:<Name>.<component>``; one for the plugin if it reports none."""
    if isinstance(outcome, TimeoutError):
        return {f"plugin:{name}": _warning(name, "Its health check did not answer in time.")}
    if not isinstance(outcome, dict):  # None: it raised, and the host has contained and logged that
        return {f"plugin:{name}": _warning(name, "Its health check failed.")}
    return {
        f"plugin:{name}.{component}": _OK
        if problem is None
        else _warning(name, "It reports a problem.", problem)
        for component, problem in outcome.items()
    }


def _warning(plugin: str, detail: str, problem: Any = None) -> dict[str, str]:
    log.warning(
        "plugin_is_unwell", plugin=plugin, detail=detail, problem=None if problem is None else str(problem)
    )
    return {"status": "warning", "detail": detail}
