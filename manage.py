#!/usr/bin/env python
"""NimbusVault's commands: `python manage.py help`."""

import os
import sys


def main() -> None:
    """Run the command in sys.argv; what is wrong with settings, plugins or organisations is said in one message."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "NimbusVault.settings")
    from django.core.management import execute_from_command_line

    from VaultPlatform.config import SettingsError
    from VaultPlatform.host import PluginLoadError
    from VaultPlatform.management.settings_option import without_clash
    from VaultPlatform.tenancy import TenancyError
    from VaultPlatform.tenancy.of_command import organisation_of_command

    try:
        with organisation_of_command(sys.argv):
            execute_from_command_line(without_clash(sys.argv))
    except PluginLoadError as refusal:
        from VaultPlatform.management.plugin_actions.check import run_refused

        run_refused(without_clash(sys.argv), refusal)
    except (SettingsError, TenancyError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
