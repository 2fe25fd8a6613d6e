"""Plugins by the dozen, written into a folder: each with hook implementations, a manifest and, on demand, a route."""

from pathlib import Path

HOOKS = ("on_entity_created", "on_entity_updated", "on_entity_deleted")
MANIFEST = """
name: {name}
version: "1.0"
title: Made number {number}
description: Does nothing, and is there.
"""
CLASS = """
import pluggy

hookimpl = pluggy.HookimplMarker("vault")


class {name}:
"""
HOOK = """
    @hookimpl
    def {hook}(self, entity_type, entity_id):
        return None
"""
URLS = """
from django.urls import path
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView


class Greeting(ModelAPIView):
    def get(self, request):
        return Response({{"msg": "{name}"}})


urlpatterns = [path("{name}/greeting", Greeting.as_view())]
"""


def write_plugins(folder: Path, count: int, *, hooks: int = len(HOOKS), routes: bool = True) -> Path:
    """Make `folder` with so many plugins, each with the first `hooks` of HOOKS; return it."""
    folder.mkdir()
    for number in range(count):
        name = f"Made{number:03}_Plugin"
        plugin = folder / name
        plugin.mkdir()
        source = CLASS.format(name=name) + "".join(HOOK.format(hook=hook) for hook in HOOKS[:hooks])
        files = {"__init__.py": "", "plugin.yaml": MANIFEST.format(name=name, number=number)}
        files |= {f"{name}.py": source} | ({"urls.py": URLS.format(name=name)} if routes else {})
        for file, text in files.items():
            (plugin / file).write_text(text.lstrip("\n"))
    return folder
