"""Python packages that bring plugins: made as wheels, and installed into a folder by pip like any other."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

METADATA = """Metadata-Version: 2.1
Name: {distribution}
Version: 2.5.0
Summary: Greets from afar.
Author: The greeting people
License: MIT
Project-URL: Homepage, https://example.org/greeting
Requires-Dist: pluggy>=1.6
Requires-Dist: rich; extra == 'never'
Provides-Extra: never
"""
WHEEL = """Wheel-Version: 1.0
Generator: the tests
Root-Is-Purelib: true
Tag: py3-none-any
"""
MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Greeted",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("who", models.CharField(max_length=100)),
            ],
        )
    ]
"""
#: A plugin with a route, a hook and a table, which imports itself by its own name, by the other, and relatively.
GREETER = {
    "afar_lib/__init__.py": "",
    "afar_lib/words.py": "GREETING = 'Good day'\n",
    "afar_lib/plugin/__init__.py": "",
    "afar_lib/plugin/models.py": """
from django.db import models


class Greeted(models.Model):
    who = models.CharField(max_length=100)
""",
    "afar_lib/plugin/apps.py": """
from django.apps import AppConfig


class AfarConfig(AppConfig):
    name = "afar_lib.plugin"
""",
    "afar_lib/plugin/migrations/__init__.py": "",
    "afar_lib/plugin/migrations/0001_initial.py": MIGRATION,
    "afar_lib/plugin/Afar_Plugin.py": """
import pluggy

from .models import Greeted

hookimpl = pluggy.HookimplMarker("vault")


class Afar_Plugin:
    @hookimpl
    def on_entity_archived(self, entity_id):
        Greeted.objects.create(who=entity_id)
""",
    "afar_lib/plugin/urls.py": """
from django.http import JsonResponse
from django.urls import path

from afar_lib.plugin.models import Greeted
from afar_lib.words import GREETING


def greeting(request):
    return JsonResponse({"says": GREETING, "greeted": Greeted.objects.count()})


urlpatterns = [path("afar", greeting)]
""",
}


def installed(
    folder: Path, distribution: str, *, entries: Mapping[str, str], files: Mapping[str, str]
) -> None:
    """Make a wheel of `files` with these entry points, and have pip install it into `folder`."""
    stem = f"{distribution.replace('-', '_')}-2.5.0"
    lines = "\n".join(f"{name} = {value}" for name, value in entries.items())
    everything = {
        **files,
        f"{stem}.dist-info/METADATA": METADATA.format(distribution=distribution),
        f"{stem}.dist-info/WHEEL": WHEEL,
        f"{stem}.dist-info/entry_points.txt": f"[nimbusvault.plugins]\n{lines}\n",
    }
    record = f"{stem}.dist-info/RECORD"
    everything[record] = "".join(f"{name},,\n" for name in (*everything, record))
    wheel = folder.parent / f"{stem}-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        for name, text in everything.items():
            archive.writestr(name, text)
    options = ["--no-index", "--no-deps", "--no-compile", "--quiet", "--target", str(folder)]
    command = [sys.executable, "-m", "pip", "install", *options, str(wheel)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
