"""Background tasks: sent by `tidy.delay()`, one runs in the organisation that it was sent in, without being told."""

{% if cookiecutter.models %}from celery import shared_task

from Plugins.{{ cookiecutter.plugin_name }}.bll.{{ cookiecutter.noun }}.PostApisbll import forget_oldest{% if cookiecutter.settings %}
from Plugins.{{ cookiecutter.plugin_name }}.config import {{ cookiecutter.word }}_settings{% endif %}


@shared_task(name="{{ cookiecutter.plugin_name }}.tidy")
def tidy() -> int:
    """Forget the oldest entries; how many there were."""
    return forget_oldest(keep={% if cookiecutter.settings %}{{ cookiecutter.word }}_settings().most_entries{% else %}1000{% endif %}){% else %}import logging

from celery import shared_task

logger = logging.getLogger(__name__)


@shared_task(name="{{ cookiecutter.plugin_name }}.tidy")
def tidy() -> None:
    """Say that it ran; put the plugin's own work here."""
    logger.info("tidied"){% endif %}
