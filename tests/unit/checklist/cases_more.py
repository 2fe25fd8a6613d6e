"""Planted violations of the rules about views, business logic, hooks, tenancy, settings and steps."""

from tests.unit.checklist.cases import NAME, ROUTED, TABLE, VIEW, Case

STEP = "@db_step\n@context_manager()\ndef write_bll(orchestrator):\n    tidy()\n\n\ndef tidy():\n    {}\n"
SPECIFIED = {
    "Plugins/Hooks/EntityHooks.py": "class EntityHooks:\n    @hookspec\n"
    "    def on_entity_archived(self, entity_type, entity_id): ...\n"
}
HOOKS = f"class {NAME}:\n    @hookimpl\n    def on_entity_archived(self, entity_id): ...\n"
WORKFLOW = (
    'class NotesOrchestrator(Workflow):\n    """Description: Writes notes."""\n\n    def stage_write(self, *, text):\n'
    '        """Description: Stage it.\n\n        Input:\n            - text: it.\n\n'
    '        Output:\n            - None.\n        """\n'
)
COLLECTING = (
    f"class {NAME}:\n    @hookimpl\n    def collect_orchestrators(self):\n"
    '        return {"notes": NotesOrchestrator}\n'
)
COLLECTED = {
    "Plugins/Hooks/PluginHooks.py": "class PluginHooks:\n    @hookspec\n    def collect_orchestrators(self): ...\n"
}
READING = (
    "from Plugins.Notes_Plugin.bll.Notes.service import note_service\n\n\n"
    "def list_notes():\n    return note_service.filter()\n"
)
MANIFEST = (
    'name: Notes_Plugin\nversion: "1.0"\ntitle: Notes\ndescription: Keeps notes.\nauthor: The note people\n'
)
CATALOGUE = {"docs/catalogue.md": "| `Notes_Plugin` | 1.0 | Notes. |\n"}
REGISTER = "def register_orchestrator():\n    OrchestratorRegistry.register({}, NotesOrchestrator)\n"
APART = (
    "from Plugins.Notes_Plugin.bll.Notes.PostApisbll import write_bll\n\n\n"
    "class NotesOrchestrator(metaclass=BaseOrchestrator):{}\n    '''Description: Writes.'''\n"
)

MORE_CASES = [
    Case(
        rule="manifest",
        kept={"plugin.yaml": MANIFEST},
        broken={"plugin.yaml": "name: Notes_Plugin\nversion: 1\n"},
        at=("plugin.yaml:1",),
        says="missing",
    ),
    Case(
        rule="manifest", kept={"plugin.yaml": MANIFEST}, broken={"plugin.yaml": None}, at=("plugin.yaml:1",)
    ),
    Case(
        rule="manifest",
        kept={"plugin.yaml": MANIFEST},
        broken={"plugin.yaml": MANIFEST + "tilte: Notes\n"},
        at=("plugin.yaml:6",),
        says="did you mean title",
    ),
    Case(
        rule="manifest",
        kept={"plugin.yaml": MANIFEST},
        broken={"plugin.yaml": MANIFEST + "tables: [a, b\nlevel: site\n"},
        at=("plugin.yaml:7",),
        says="plugin.yaml:7 is not valid YAML",
    ),
    Case(
        rule="catalogued",
        kept={"plugin.yaml": MANIFEST},
        broken={},
        name="Other_Plugin",
        at=("plugin.yaml:1",),
        around=CATALOGUE,
    ),
    Case(
        rule="exceptions-explained",
        kept={"config.py": "x = 1  # checklist: allow own-block: it is the author's own\n"},
        broken={
            "config.py": "x = 1  # checklist: allow own-block\ny = 1  # checklist: allow everything: why not\n"
        },
        at=("config.py:1", "config.py:2"),
    ),
    Case(
        rule="views-derive",
        kept=ROUTED | {"views.py": VIEW + "\n\nclass More(Notes):\n    def get(self, request): ...\n"},
        broken={
            "views.py": "class Notes(APIView):  # !\n    def get(self, request): ...\n\n\n"
            "def notes(request):  # !\n    return HttpResponse()\n"
        },
    ),
    Case(
        rule="public-views",
        kept=ROUTED
        | {
            "views.py": "@public  # checklist: allow public-views: a door says only that it is there\n" + VIEW
        },
        broken={
            "views.py": "@public  # !\n"
            + VIEW
            + "\n\nclass Open(ModelAPIView):\n    permission_classes = [AllowAny]  # !\n"
        },
    ),
    Case(
        rule="views-answer",
        kept=ROUTED
        | {
            "views.py": VIEW + "\n    def patch(self, request):\n        return self._answered(request)\n\n"
            "    def _answered(self, request):\n"
            '        return Response(self.run.get_context_value("result", check_validation=False))\n'
        },
        broken={
            "views.py": VIEW + "\n    def delete(self, request):  # !\n        return Response(status=204)\n"
        },
    ),
    Case(
        rule="bll-split",
        kept=TABLE | {"bll/Notes/GetApisbll.py": READING},
        broken={
            "bll/Notes/GetApisbll.py": READING + "\n\ndef add():\n    note_service.create()  # !\n",
            "bll/Notes/Archive.py": "x = 1\n",
            "bll/Sundries.py": "x = 1\n",
            "HelperFunctions.py": "@db_step\ndef write_bll(orchestrator): ...  # !\n",
        },
        at=("bll/Notes/Archive.py:1", "bll/Sundries.py:1"),
    ),
    Case(
        rule="layers",
        kept=TABLE | {"bll/Notes/GetApisbll.py": READING},
        broken={
            "bll/Notes/GetApisbll.py": "from rest_framework.response import Response  # !\n"
            "from Plugins.Notes_Plugin.views import Notes  # !\n"
            "from Plugins.Notes_Plugin.bll.Notes import PostApisbll  # !\n",
            "views.py": "from Plugins.Notes_Plugin.bll.Notes.service import note_service  # !\n"
            "from Plugins.Notes_Plugin.bll.Notes.GetApisbll import list_notes\n",
            "bll/Notes/HelperFunctions.py": "from .service import note_service  # !\n",
        },
    ),
    Case(
        rule="orchestrators-registered",
        kept={"NotesOrchestrator.py": WORKFLOW, f"{NAME}.py": COLLECTING},
        broken={f"{NAME}.py": f"class {NAME}:\n    pass\n"},
        at=("NotesOrchestrator.py:1",),
        around=COLLECTED,
    ),
    Case(
        rule="orchestrators-registered",
        kept={},
        broken={},
        around={
            "Orchestrators/RegisterOrchestrator.py": REGISTER.format('"notes"').replace("Notes", "Others"),
            "Orchestrators/NotesOrchestrators/NotesOrchestrator.py": APART.format(""),
        },
        around_kept={"Orchestrators/RegisterOrchestrator.py": REGISTER.format('"notes"')},
        at=("Orchestrators/NotesOrchestrators/NotesOrchestrator.py:4",),
    ),
    Case(
        rule="orchestrators-documented",
        kept={"NotesOrchestrator.py": WORKFLOW},
        broken={
            "NotesOrchestrator.py": WORKFLOW.replace("Description: Writes notes.", "Writes.")
            + "\n    def stage_other(self):  # !\n        '''Description: Stage.'''\n"
        },
        at=("NotesOrchestrator.py:1",),
        says="lacks",
    ),
    Case(
        rule="hooks-specified",
        kept={f"{NAME}.py": HOOKS},
        broken={
            f"{NAME}.py": HOOKS.replace("self, entity_id): ...", "self, entity): ...  # !")
            + "\n    @hookimpl\n    def on_entity_archive(self): ...  # !\n"
            + "\n    @hookimpl(optionalhook=True)\n    def on_note_written(self): ...\n",
            "HelperFunctions.py": "plugin_manager.hook.on_note_written(note=1)  # !\n"
            'run.queue_event("on_note_lost")  # !\nplugin_manager.filter("filter_note", 1)  # !\n',
        },
        around=SPECIFIED,
    ),
    Case(
        rule="hooks-plain",
        kept={f"{NAME}.py": HOOKS},
        broken={
            f"{NAME}.py": f"class {NAME}:\n    @hookimpl(tryfirst=True)\n    def on_entity_archived(self): ...  # !\n"
            "\n    @hookimpl\n    async def on_a(self): ...  # !\n\n"
            "    @hookimpl\n    def on_b(self):  # !\n        yield\n"
        },
        around=SPECIFIED,
    ),
    Case(
        rule="hooks-marked",
        kept={f"{NAME}.py": HOOKS + "\n    def on_nothing(self): ...\n"},
        broken={f"{NAME}.py": f"class {NAME}:\n    def on_entity_archived(self): ...  # !\n"},
        around=SPECIFIED,
        says="on_entity_archived is called like a hook, and has no @hookimpl",
    ),
    Case(
        rule="specifications-apart",
        kept={
            "Hooks/NoteHooks.py": "import pluggy\n\n\nclass NoteHooks:\n    @hookspec\n    def on_note(self): ...\n"
        },
        broken={
            "Hooks/NoteHooks.py": "from VaultModels.models import User  # !\n",
            f"{NAME}.py": f"class {NAME}:\n    @hookspec\n    def on_note(self): ...  # !\n",
        },
    ),
    Case(
        rule="core-knows-no-plugin",
        kept={},
        broken={},
        around={
            "VaultModels/models/Document.py": 'note = models.ForeignKey("Notes_Plugin.Note")\n'
            "from Plugins.Notes_Plugin.models import Note\n"
        },
        around_kept={"VaultModels/models/Document.py": 'owner = models.ForeignKey("VaultModels.User")\n'},
        at=("VaultModels/models/Document.py:1", "VaultModels/models/Document.py:2"),
    ),
    Case(
        rule="cache-apart",
        kept={
            "config.py": "from functools import cache\n\n\n@cache\ndef notes_settings(): ...\n",
            "HelperFunctions.py": "from django.core.cache import cache\n\n\ndef f():\n    cache.set('a', 1)\n",
        },
        broken={
            "HelperFunctions.py": "import redis  # !\nfrom django.core.cache import caches  # !\n"
            "import functools as f\n\n\n@f.lru_cache(maxsize=3)  # !\ndef newest(): ...\n"
        },
    ),
    Case(
        rule="search-apart",
        kept={"HelperFunctions.py": "if TYPE_CHECKING:\n    from elasticsearch import Elasticsearch\n"},
        broken={
            "HelperFunctions.py": "from elasticsearch import Elasticsearch  # !\nimport opensearchpy  # !\n"
        },
    ),
    Case(
        rule="tasks-apart",
        kept={
            "tasks.py": "from celery import shared_task\n\n\n@shared_task\ndef tidy(): ...\n\n\ntidy.delay()\n"
        },
        broken={
            "tasks.py": "from celery import Celery  # !\nimport kombu  # !\n\n\n@shared_task(base=Own)  # !\n"
            "def tidy(): ...\n\n\napp.send_task('tidy')  # !\nThread(target=tidy).start()  # !\n"
        },
    ),
    Case(
        rule="signals-apart",
        kept={"signals.py": "from django.dispatch import Signal\n\nmoved = Signal()\n"},
        broken={
            "signals.py": "from django.db.models.signals import post_save  # !\n"
            "from django.dispatch import receiver  # !\n"
        },
    ),
    Case(
        rule="own-block",
        kept={
            "config.py": 'PLUGIN = "Notes_Plugin"\n\n\ndef read():\n    """From VaultSettings.json."""\n'
            "    return vault_settings.plugin(PLUGIN, Settings)\n"
        },
        broken={
            "config.py": 'PLUGIN = "Other_Plugin"\n\n\ndef read():\n    open("VaultSettings.json")  # !\n'
            '    os.environ["NOTES"]  # !\n    return vault_settings.plugin(PLUGIN, Settings)  # !\n'
        },
    ),
    Case(
        rule="nothing-hard-coded",
        kept={
            "HelperFunctions.py": '"""See https://docs.notes.io/."""\n\nSHOWN = "such as https://example.org/page"\n'
            'token = ""\n'
        },
        broken={
            "HelperFunctions.py": 'API = "https://api.notes.io/v1"  # !\nAPI_TOKEN = "abc"  # !\n'
            'ask(host, password="hunter2")  # !\n'
        },
    ),
    Case(
        rule="database-steps",
        kept={"bll/Notes/PostApisbll.py": STEP.format("note_service.create()")},
        broken={
            "bll/Notes/PostApisbll.py": "import requests\n" + STEP.format('requests.get("x")  # !'),
            "bll/Tags/PostApisbll.py": "from subprocess import run\n"
            "from Plugins.Notes_Plugin.HelperFunctions import note\n"
            + STEP.format("run(['x'])  # !\n    note()"),
            "HelperFunctions.py": 'def note():\n    open("a")\n    open("a", "w")  # !\n'
            '    path.write_text("a")  # !\n',
        },
        says="write_bll",
    ),
]
