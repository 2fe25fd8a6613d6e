"""For `plugins show`: the hook implementations that are switched off, with the command that lifts each."""

from collections.abc import Iterator, Sequence

from django.db import DatabaseError

from VaultPlatform.host.hook_reports import hooks_of

Off = dict[str, str]


def hooks_off(plugin: str) -> list[Off] | None:
    """Hook, organisation and reason of each; None where the site's database cannot say, as before `migrate`."""
    try:
        shown = hooks_of(plugin)
    except DatabaseError:
        return None
    return [{"hook": each["hook"], **where} for each in shown for where in each["switched_off"]]


def lines_of(plugin: str, off: Sequence[Off] | None) -> Iterator[str]:
    """The same, as people read it."""
    if not off:
        yield f"hooks switched off: {'-' if off is not None else 'not known, the database cannot be asked'}"
        return
    for each in off:
        hook, slug = each["hook"], each["organisation"]
        yield (
            f"hook switched off: {hook} in {slug}: {each['reason']};"
            f" `manage.py plugins lift {plugin} {hook} --org {slug}` has it called again"
        )
