"""Planted violations: for each rule a plugin that keeps it, and changes to that plugin which break it.

A line that breaks the rule ends with `# !`; where no line is to blame, the case says the place itself.
"""

from dataclasses import dataclass, field

NAME = "Notes_Plugin"
MARK = "# !"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One rule, kept and broken."""

    rule: str
    #: Files of a plugin that keeps the rule.
    kept: dict[str, str]
    #: What is changed to break it; None removes a file.
    broken: dict[str, str | None]
    #: Where the finding is, beside the marked lines.
    at: tuple[str, ...] = ()
    #: What the finding has to say.
    says: str = ""
    name: str = NAME
    #: Files beside the plugin, from the repository's root.
    around: dict[str, str] = field(default_factory=dict)
    #: Those of them that are otherwise where the rule is kept.
    around_kept: dict[str, str] = field(default_factory=dict)


MODEL = "from django.db import models\n\n\nclass Note(models.Model):\n    text = models.TextField()\n"
SERVICE = (
    "from Plugins.Notes_Plugin.models import Note\n\n\n"
    "class NoteService(ModelService[Note]):\n    model = Note\n\n\nnote_service = NoteService()\n"
)
APPS = 'class NotesConfig(AppConfig):\n    name = "Plugins.Notes_Plugin"\n    label = "Notes_Plugin"\n'
MIGRATION = "class Migration(migrations.Migration):\n    operations = []\n"
TABLE = {
    "models.py": MODEL,
    "apps.py": APPS,
    "migrations/__init__.py": "",
    "migrations/0001_initial.py": MIGRATION,
    "bll/Notes/service.py": SERVICE,
}
VIEW = (
    "class Notes(ModelAPIView):\n    def post(self, request):\n"
    '        notes = OrchestratorRegistry.get("notes")\n        return run_response(notes)\n'
)
ROUTED = {"views.py": VIEW, "urls.py": 'urlpatterns = [path("notes", Notes.as_view())]\n'}

CASES = [
    Case(
        rule="readable",
        kept={"config.py": "x = 1\n"},
        broken={"config.py": "x = 1\nx = (\n"},
        at=("config.py:2",),
    ),
    Case(
        rule="folder-name",
        kept={},
        broken={},
        name="json",
        at=("__init__.py:1",),
        says="Python's own module",
    ),
    Case(
        rule="class-name",
        kept={f"{NAME}.py": f"class {NAME}:\n    pass\n"},
        broken={f"{NAME}.py": "class NotesPlugin:  # !\n    pass\n"},
        says="NotesPlugin, and not Notes_Plugin",
    ),
    Case(
        rule="class-name",
        kept={f"{NAME}.py": f"class {NAME}:\n    pass\n"},
        broken={f"{NAME}.py": None, "notes_plugin.py": f"class {NAME}:\n    pass\n"},
        at=("notes_plugin.py:1",),
    ),
    Case(
        rule="app-name",
        kept={"apps.py": APPS},
        broken={
            "apps.py": APPS.replace('"Plugins.Notes_Plugin"', '"Notes"  # !').replace(
                '"Notes_Plugin"', '"Notes"  # !'
            )
        },
    ),
    Case(
        rule="app-name",
        kept=TABLE,
        broken={"models.py": MODEL + '\n    class Meta:\n        app_label = "VaultModels"  # !\n'},
    ),
    Case(rule="routes", kept=ROUTED, broken={"urls.py": None}, at=("views.py:1",)),
    Case(rule="routes", kept=ROUTED, broken={"urls.py": "patterns = []\n"}, at=("urls.py:1",)),
    Case(rule="tables-complete", kept=TABLE, broken={"apps.py": None}, at=("models.py:4",), says="apps.py"),
    Case(
        rule="tables-complete",
        kept=TABLE,
        broken={"migrations/0001_initial.py": None},
        at=("models.py:4",),
        says="migration",
    ),
    Case(
        rule="tables-complete",
        kept=TABLE,
        broken={"models.py": MODEL + "\n\nclass Label(models.Model):  # !\n    pass\n"},
        says="Label",
    ),
    Case(
        rule="no-owner-column",
        kept=TABLE,
        broken={"models.py": MODEL + "    tenant = models.TextField()  # !\n"},
    ),
    Case(
        rule="migrations-reversible",
        kept=TABLE | {"migrations/0002_fill.py": "op = migrations.RunPython(fill, empty)\n"},
        broken={
            "migrations/0002_fill.py": 'a = migrations.RunPython(fill)  # !\nb = migrations.RunSQL("DROP")  # !\n'
            'c = migrations.RunSQL("DROP", reverse_sql="CREATE")\nd = [("VaultModels", "__latest__")]  # !\n'
        },
    ),
    Case(
        rule="service-primitives",
        kept=TABLE,
        broken={
            "bll/Notes/service.py": SERVICE.replace(
                "Note\n\n\nnote", "Note\n\n    def share(self): ...  # !\n\n\nnote"
            )
        },
        says="NoteService.share",
    ),
    Case(
        rule="service-primitives",
        kept=TABLE,
        broken={"HelperFunctions.py": "class NoteService(ModelService):  # !\n    pass\n"},
        says="outside",
    ),
    Case(
        rule="only-services-query",
        kept=TABLE
        | {
            "views.py": "if TYPE_CHECKING:\n    from Plugins.Notes_Plugin.models import Note\n"
            "from VaultModels.ModelRegistry import get_model\n"
        },
        broken={
            "views.py": "from Plugins.Notes_Plugin.models import Note  # !\nfrom .models import Note  # !\n"
            "from VaultModels import models  # !\nfrom django.db import connection  # !\n"
            'found = get_model("Note").objects.all()  # !\n'
        },
    ),
    Case(
        rule="public-imports",
        kept={
            "views.py": "from VaultErrors.BackendErrors import errors\n"
            "from NimbusVault.settings import vault_settings\n"
        },
        broken={
            "views.py": "from VaultPlatform import tenancy  # !\nimport VaultManagement.Users.bll.service  # !\n"
            'x = importlib.import_module("VaultPlatform.host")  # !\nfrom NimbusVault import urls  # !\n'
        },
    ),
    Case(
        rule="no-other-plugin",
        kept={
            "views.py": "from Plugins.Notes_Plugin.models import Note\n"
            "from Plugins.plugin_manager import plugin_manager\n"
        },
        broken={"views.py": "from Plugins.Other_Plugin.models import X  # !\nimport Other_Plugin  # !\n"},
        around={"Plugins/Other_Plugin/__init__.py": ""},
    ),
]
