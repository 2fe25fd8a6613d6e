"""Takes the parts out that were not asked for: cookiecutter makes all of them."""

import shutil
from pathlib import Path

PLUGIN = Path("{{ cookiecutter.plugin_name }}")
CHOSEN = {
    "endpoints": {{ cookiecutter.endpoints }},
    "models": {{ cookiecutter.models }},
    "hooks": {{ cookiecutter.hooks }},
    "settings": {{ cookiecutter.settings }},
    "tasks": {{ cookiecutter.tasks }},
}
PARTS = {
{%- for path, part in cookiecutter._parts.items() %}
    "{{ path.replace('{{cookiecutter.noun}}', cookiecutter.noun) }}": "{{ part }}",
{%- endfor %}
}

for path, part in PARTS.items():
    if not CHOSEN[part]:
        made = PLUGIN / path
        shutil.rmtree(made) if made.is_dir() else made.unlink()
