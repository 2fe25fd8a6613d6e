"""What makes the engine's runs durable."""


def install() -> None:
    """Have runs written down, and their events reach the plugins that are on; called when all apps are ready."""
    import atexit

    from Orchestrators.Journal import install_delivery, install_journal
    from VaultPlatform.host.delivery import PluginDelivery
    from VaultPlatform.runs import owners
    from VaultPlatform.runs.journal import DurableJournal

    install_journal(DurableJournal())
    install_delivery(PluginDelivery())
    atexit.register(owners.resign)
