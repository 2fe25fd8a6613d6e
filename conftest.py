"""What every test of the project can ask for, those of plugins included: a site, clients, and the guards."""

pytest_plugins = ["tests.site", "tests.fixtures_clients", "tests.orm_guard", "tests.step_guard"]
