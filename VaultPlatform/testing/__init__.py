"""The test kit: a pytest plugin for the tests of plugins, and of NimbusVault itself.

    pytest -p VaultPlatform.testing

It makes a site of the test run's own, on SQLite unless `VAULT_TEST_DATABASE` says otherwise, with the plugin on in
whose folder pytest was started, and offers fixtures: an organisation, clients who have signed in, what hooks were
called, and faults. docs/authors-guide.md shows them.
"""

from VaultPlatform.testing.fixtures import (
    captured_hooks,
    checked,
    client_for,
    clients,
    database_access,
    django_db_setup,
    faults,
    make_org,
    operator_client,
    org,
    plugin_host,
    plugin_migrations,
    site_databases,
)
from VaultPlatform.testing.hooks import (
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_load_initial_conftests,
    pytest_report_header,
    pytest_unconfigure,
    pytest_xdist_setupnodes,
)
from VaultPlatform.testing.step_guard import steps_are_guarded

__all__ = [
    "captured_hooks",
    "checked",
    "client_for",
    "clients",
    "database_access",
    "django_db_setup",
    "faults",
    "make_org",
    "operator_client",
    "org",
    "plugin_host",
    "plugin_migrations",
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_load_initial_conftests",
    "pytest_report_header",
    "pytest_unconfigure",
    "pytest_xdist_setupnodes",
    "site_databases",
    "steps_are_guarded",
]
