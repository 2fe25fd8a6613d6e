import pluggy

from Plugins.Notary_Plugin import tasks  # noqa: F401  # makes the task known
from Plugins.Notary_Plugin.models import Heard
from Plugins.Notary_Plugin.workflow import Notary

hookimpl = pluggy.HookimplMarker("vault")


class Notary_Plugin:  # noqa: N801
    @hookimpl
    def collect_orchestrators(self):
        return {"notary": Notary}

    @hookimpl
    def before_entity_archive(self, entity_id):
        Heard.objects.create(what="before archive")

    @hookimpl
    def on_entity_archived(self, entity_id):
        Heard.objects.create(what="archived")

    @hookimpl
    def on_plugin_activated(self, name):
        Heard.objects.create(what=f"activated {name}")

    @hookimpl
    def on_plugin_deactivated(self, name):
        Heard.objects.create(what=f"deactivated {name}")

    @hookimpl
    def filter_notary_word(self, word):
        return word.upper()

    @hookimpl
    def collect_notary_words(self):
        return "word"
