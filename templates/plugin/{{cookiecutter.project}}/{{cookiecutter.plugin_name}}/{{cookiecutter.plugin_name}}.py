"""What the plugin tells the core, and hears from it: file, class and folder have one name."""{% if cookiecutter.hooks and not cookiecutter.models %}

import logging{% endif %}{% if cookiecutter.models %}

from typing import Any{% endif %}{% if cookiecutter.models or cookiecutter.hooks %}

import pluggy{% endif %}{% if cookiecutter.models or cookiecutter.tasks %}
{% if cookiecutter.tasks %}
from Plugins.{{ cookiecutter.plugin_name }} import tasks{% endif %}{% if cookiecutter.models and cookiecutter.hooks %}
from Plugins.{{ cookiecutter.plugin_name }}.bll.{{ cookiecutter.noun }}.PostApisbll import note_archived{% endif %}{% if cookiecutter.models %}
from Plugins.{{ cookiecutter.plugin_name }}.{{ cookiecutter.noun }}Orchestrator import {{ cookiecutter.noun }}Orchestrator{% endif %}{% endif %}{% if cookiecutter.tasks %}

#: Named here, so that the worker finds them.
TASKS = (tasks.tidy,){% endif %}{% if cookiecutter.models or cookiecutter.hooks %}

hookimpl = pluggy.HookimplMarker("vault"){% endif %}{% if cookiecutter.hooks and not cookiecutter.models %}
logger = logging.getLogger(__name__){% endif %}


class {{ cookiecutter.plugin_name }}:  # noqa: N801  # named like its folder, which is how the host finds it
    """Hook implementations; the class is made once, without arguments."""{% if cookiecutter.models %}

    @hookimpl
    def collect_orchestrators(self) -> dict[str, Any]:
        return {"{{ cookiecutter.word }}": {{ cookiecutter.noun }}Orchestrator}{% endif %}{% if cookiecutter.hooks %}

    @hookimpl
    def on_entity_archived(self, entity_type: str, entity_id: str) -> None:{% if cookiecutter.models %}
        note_archived(entity_type=entity_type, entity_id=entity_id){% else %}
        logger.info("%s %s was archived", entity_type, entity_id){% endif %}{% endif %}
