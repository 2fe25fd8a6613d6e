#!/usr/bin/env python
"""NimbusVault's commands: `python manage.py help`."""

import os
import sys


def main() -> None:
    """Run the command in sys.argv; what is wrong with settings, plugins or organisations is said in one message."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "NimbusVault.settings")
    from django.core.management import execute_from_command_line

    from VaultPlatform.activation.errors import ActivationError
    from VaultPlatform.activation.outlook import leave_out_before_start
    from VaultPlatform.activation.recovery import recover_before_start
    from VaultPlatform.config import SettingsError, load_environment
    from VaultPlatform.host import PluginLoadError
    from VaultPlatform.management.settings_option import without_clash
    from VaultPlatform.tenancy import TenancyError
    from VaultPlatform.tenancy.of_command import organisation_of_command

    try:
        if sys.argv[1:2] == ["serve"]:  # before the settings are read: they may have to be put back
            environment = load_environment()
            recover_before_start(environment.home, environment.settings, say=print)
            leave_out_before_start(environment.home, environment.settings, say=print)
        with organisation_of_command(sys.argv):
            execute_from_command_line(without_clash(sys.argv))
    except (SettingsError, PluginLoadError, TenancyError, ActivationError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
