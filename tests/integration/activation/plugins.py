"""Plugins that the tests write: good ones, and ones that do worse than to raise."""

from pathlib import Path

GOOD_MODELS = """
from django.db import models


class {name}Note(models.Model):
    text = models.CharField(max_length=50)
"""
GOOD_MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel(
            name="{name}Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=50)),
            ],
        ),
    ]
"""
GOOD_URLS = """
from django.urls import path
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView


class Ping(ModelAPIView):
    def get(self, request):
        return Response({{"msg": "{name} {version}"}})


urlpatterns = [path("{name}/ping", Ping.as_view())]
"""
BUSY_TASKS = """
import os
from pathlib import Path

from celery import shared_task


@shared_task(name="{name}.tidy")
def tidy():
    Path(os.environ["VAULT_HOME"], "{name}.tidied").write_text(os.environ["VAULT_GENERATION"])
"""
BUSY_URLS = """
from django.urls import path
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView
from Plugins.{name}.tasks import tidy


class Tidying(ModelAPIView):
    def post(self, request):
        tidy.delay()
        return Response({{"msg": "{name}"}}, status=202)


urlpatterns = [path("{name}/tidying", Tidying.as_view())]
"""
BUSY_CLASS = """
import os
from pathlib import Path

import pluggy

hookimpl = pluggy.HookimplMarker("vault")


class {name}:
    @hookimpl
    def on_user_logged_in(self, user_id):
        Path(os.environ["VAULT_HOME"], "{name}.heard").write_text(str(user_id))
"""
HANGS = "import time\n\ntime.sleep(600)\n"
FORKS = """
import os
import subprocess
import sys
from pathlib import Path

child = subprocess.Popen(
    [sys.executable, "-c", "import os, time; os.setsid(); time.sleep(600)"],
    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
)
Path(os.environ["VAULT_HOME"], "forked").write_text(str(child.pid))
raise RuntimeError("gone, and left a child")
"""
PRINTS = "import sys\n\nwhile True:\n    sys.stdout.write('x' * 10000)\n"
VANISHES = "import os\n\nos._exit(0)\n"
CRASHES = "import os\n\nos.abort()\n"
DEEP = "def down():\n    down()\n\n\ndown()\n"
INTERRUPTS = "raise KeyboardInterrupt\n"
CLOSES = "raise GeneratorExit('enough')\n"
SPLITS = "import os\n\nos.fork()\n"
THREADS = """
import threading
import time

threading.Thread(target=lambda: time.sleep(600), name="busy", daemon=False).start()
"""
DEAF = "import signal\n\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
MUTE = "import os\n\nos.close(1)\n"
ELSEWHERE = "import os\n\nfile = os.open('/dev/null', os.O_WRONLY)\nos.dup2(file, 2)\n"
MOVES = """
import os

os.environ.update(VAULT_SETTINGS="/nowhere", VAULT_HOME="/nowhere")
os.chdir("/")
os.umask(0o777)
raise OSError("and gone")
"""
EXITS = "import sys\n\nsys.exit('enough')\n"


def write(folder: Path, name: str, *, needs: str = "", version: str = "1.0", **files: str) -> Path:
    """A plugin with these files, `__init__.py` among them; a dot in a name is a folder's end."""
    plugin = folder / name
    plugin.mkdir(parents=True)
    manifest = f'name: {name}\nversion: "{version}"\n'
    if needs:
        manifest += f'requires:\n  plugins:\n    {needs}: ""\n'
    for file, text in {"plugin.yaml": manifest, "__init__.py": "", **files}.items():
        path = plugin / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return plugin


def write_good(folder: Path, name: str, *, version: str = "1.0", **more: str) -> Path:
    """A plugin with a table and a route."""
    given = {"name": name, "version": version}
    return write(
        folder,
        name,
        version=version,
        **{
            "models.py": GOOD_MODELS.format(**given),
            "migrations/__init__.py": "",
            "migrations/0001_initial.py": GOOD_MIGRATION.format(**given),
            "urls.py": GOOD_URLS.format(**given),
            **more,
        },
    )


def write_busy(folder: Path, name: str) -> Path:
    """A plugin with a table, route, hook and task; the latter two leave NAME.heard and NAME.tidied in VAULT_HOME."""
    more = {"urls.py": BUSY_URLS, "tasks.py": BUSY_TASKS, f"{name}.py": BUSY_CLASS}
    return write_good(folder, name, **{file: text.format(name=name) for file, text in more.items()})
