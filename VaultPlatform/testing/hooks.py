"""What the kit does when pytest calls: the site is begun before anything of Django is, and ended at the end."""

from pathlib import Path

import pytest

from VaultPlatform.config import REPOSITORY
from VaultPlatform.testing import site
from VaultPlatform.testing.under_test import plugin_folders, settings_of

_MARKER = "database_independent: says nothing about data, so it is run on one database only"
_INI = "nimbusvault_plugins"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The one key of the kit in pytest's own configuration."""
    parser.addini(
        _INI,
        type="paths",
        default=[],
        help="folders of the plugins under test; by default those found in rootdir",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Begin the site, when the kit is named by `-p`."""
    _begin(early_config)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Begin the site, when a conftest.py names the kit, and set Django up."""
    import django

    from VaultPlatform.host import PluginLoadError
    from VaultPlatform.testing.quickly import find_static_files_once, hash_quickly

    config.addinivalue_line("markers", _MARKER)
    _begin(config)
    try:
        django.setup()
    except PluginLoadError as error:
        raise pytest.UsageError(str(error)) from error
    hash_quickly()
    find_static_files_once()


def _begin(config: pytest.Config) -> None:
    if site.has_begun():
        return
    folders = [Path(path) for path in config.getini(_INI)] or plugin_folders(config.rootpath)
    if not folders:
        raise pytest.UsageError(
            f"There is no plugin in {config.rootpath}; start pytest in a plugin's folder, or say {_INI} in pytest.ini."
        )
    site.begin(settings_of(folders, repository=REPOSITORY))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Where the run is shared out among processes, each makes a site of its own, as this one has."""
    site.forget_environment()


def pytest_report_header() -> str:
    """Which database the tests run on."""
    return f"database: {site.DATABASE}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the tests of plugins out that are off in this site, and say so; those of one that fails have to fail."""
    from django.conf import settings

    plugins = REPOSITORY / "Plugins"
    for item in items:
        if item.path.is_relative_to(plugins):
            name = item.path.relative_to(plugins).parts[0]
            record = settings.PLUGIN_HOST.record_of(name)
            if record is None or record.state == "off":
                reason = f"{name} is off: add it to Base.active_plugins, or run pytest Plugins/{name}"
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_unconfigure() -> None:
    """Remove the site."""
    site.end()
