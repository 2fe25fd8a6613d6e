"""Reads for operators, and the check of their password."""

from typing import Any

from django.conf import settings

from NimbusVaultConstants.CommonConstants.Paging import page_of
from Plugins.plugin_manager import plugin_manager
from VaultErrors.BackendErrors import errors
from VaultManagement.PluginAdmin.bll.GetApisbll import plugin_status
from VaultManagement.Site.bll.HelperFunctions import format_hook, format_organisation, format_site_plugin
from VaultPlatform import audit, tenancy
from VaultPlatform.host import PluginStatus, hook_reports, organisations
from VaultPlatform.identity import lockout
from VaultPlatform.identity.passwords import password_fits
from VaultPlatform.identity.service import operator_service
from VaultPlatform.tenancy import archive
from VaultPlatform.tenancy.archive import Export


def get_site_token(*, username: str, password: str, address: str) -> dict[str, Any]:
    """A token for the active operator of that name and password, asked for from `address`, the client's.

    Raises Unauthenticated, alike for every reason, and TooManyRequests once that has happened too often.
    """
    from VaultPlatform.identity.tokens import SiteToken

    attempt = lockout.begin(plane="site", username=username, address=address)
    operator: Any = operator_service.get(username=username)
    fits = password_fits(operator, password)
    if operator is None or not fits:
        raise errors.bad_request.Unauthenticated("No active operator has this name and password.")
    lockout.forgiven(attempt)
    with audit.use_actor("operator", operator.pk, operator.username):
        audit.record_site(action="operator.signed_in", entity_type="Operator", entity_id=operator.pk)
    token = SiteToken.make(sub=operator.pk, gen=operator.token_generation)
    return {"access": str(token), "expires_in": int(SiteToken.lifetime.total_seconds())}


def list_organisations(*, limit: int, offset: int) -> dict[str, Any]:
    """A page of the organisations, by slug."""
    return page_of(tenancy.list_organisations(), limit=limit, offset=offset, shown=format_organisation)


def get_organisation(*, slug: str) -> dict[str, Any]:
    """One organisation. Raises NotFound."""
    found = tenancy.get_organisation(slug)
    if found is None:
        raise errors.bad_request.NotFound(f"There is no organisation '{slug}'.")
    return format_organisation(found)


def export_organisation(*, slug: str, compressed: bool, without_unknown_tables: bool) -> Export:
    """The archive of one organisation, to be streamed and closed. Raises NotFound, Conflict, Unavailable."""
    organisation = tenancy.find_organisation(slug)
    return archive.export_organisation(
        organisation, compressed=compressed, without_unknown=without_unknown_tables
    )


def list_site_plugins(*, limit: int, offset: int) -> dict[str, Any]:
    """A page of the plugins with all that is known of them."""
    return page_of(settings.PLUGIN_HOST.status(), limit=limit, offset=offset, shown=_with_traceback)


def get_site_plugin(*, name: str) -> dict[str, Any]:
    """One plugin with all that is known of it and of its hook implementations. Raises NotFound."""
    return {**_with_traceback(plugin_status(name)), "hooks": hook_reports.hooks_of(name)}


def list_plugin_organisations(
    *, name: str, limit: int, offset: int, on: bool | None = None
) -> dict[str, Any]:
    """A page of the organisations, by slug, with whether the plugin is on there; of one kind only with `on`.

    Raises NotFound for a plugin that there is not.
    """
    rows = organisations.where_on(plugin_status(name).name, on=on)
    return page_of(rows, limit=limit, offset=offset, shown=dict)


def list_hooks(*, limit: int, offset: int) -> dict[str, Any]:
    """A page of the hooks, by name, each with its implementations and what they did on this host."""
    stats = {(each.plugin, each.hook): each for each in settings.PLUGIN_HOST.hook_stats_of_all()}

    def shown(name: str) -> dict[str, Any]:
        return format_hook(name, manager=plugin_manager, stats=stats)

    return page_of(plugin_manager.hook_names(), limit=limit, offset=offset, shown=shown)


def _with_traceback(status: PluginStatus) -> dict[str, Any]:
    shown = format_site_plugin(status, traceback=settings.PLUGIN_HOST.traceback(status.name))
    return {**shown, "everywhere": organisations.everywhere(status.name)}
