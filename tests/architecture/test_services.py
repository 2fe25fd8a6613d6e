"""Services: in a service.py, one a model, with a module-level instance, showing the eight primitives and no more."""

import ast

import pytest

from tests.architecture.tree import ROOT, our_sources, parsed, relative

pytestmark = pytest.mark.database_independent

PRIMITIVES = {"create", "get", "filter", "update", "delete", "bulk_create", "bulk_update", "bulk_delete"}
BASE = "VaultModels/ModelService.py"


def services_of(tree: ast.Module) -> list[ast.ClassDef]:
    """The services that a file defines: what is called one, and what derives from the base of all."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return [each for each in classes if each.name.endswith("Service") or _derives_from_the_base(each)]


def _derives_from_the_base(node: ast.ClassDef) -> bool:
    return any("ModelService" in ast.unparse(base) for base in node.bases)


def public_names(service: ast.ClassDef) -> set[str]:
    """What a service shows beside its model: methods, properties, attributes."""
    found: set[str] = set()
    for node in service.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found.update(target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return {name for name in found if not name.startswith("_")} - {"model"}


def faults_of(tree: ast.Module, *, file: str) -> list[str]:
    """What a source file does that a service may not; empty if all is well."""
    services = services_of(tree)
    if file == BASE:
        return [
            f"{file}: {service.name}.{name}"
            for service in services
            for name in public_names(service) - PRIMITIVES
        ]
    if not file.endswith("/service.py"):
        return [
            f"{file}:{each.lineno}: {each.name} is a service outside of a service.py" for each in services
        ]
    faults = [
        f"{file}:{service.lineno}: {service.name}.{name} is none of the eight primitives; say it in GetApisbll,"
        " PostApisbll or a module beside the service, built on those"
        for service in services
        for name in sorted(public_names(service) - PRIMITIVES)
    ]
    instances = {ast.unparse(node.value) for node in tree.body if isinstance(node, ast.Assign)}
    faults += [
        f"{file}:{service.lineno}: there is no module-level instance of {service.name}"
        for service in services
        if f"{service.name}()" not in instances
    ]
    models = [
        ast.unparse(node.value) for each in services for node in each.body if isinstance(node, ast.Assign)
    ]
    return faults + [
        f"{file}: two services of {model}" for model in {m for m in models if models.count(m) > 1}
    ]


def test_services_are_the_eight_primitives_in_a_service_py() -> None:
    assert [fault for file in our_sources() for fault in faults_of(parsed(file), file=relative(file))] == []


def test_there_are_services_to_look_at() -> None:
    assert len([each for file in our_sources() for each in services_of(parsed(file))]) > 5


def test_the_base_has_all_eight() -> None:
    (base,) = (each for each in services_of(parsed(ROOT / BASE)) if each.name == "ModelService")
    assert public_names(base) == PRIMITIVES


GOOD = """
class NoteService(ModelService[Note]):
    model = Note

    def create(self, **fields): ...
    def _rows(self): ...

note_service = NoteService()
"""
BAD = {
    "a ninth verb": GOOD.replace("_rows", "share"),
    "a static method, as in the guide": GOOD.replace("def _rows(self)", "@staticmethod\n    def share()"),
    "a public attribute": GOOD.replace("model = Note\n", "model = Note\n    open_notes = 1\n"),
    "no instance": GOOD.replace("note_service = NoteService()", ""),
    "two services of one model": GOOD + GOOD.replace("NoteService", "OtherService"),
}


def test_a_service_as_it_should_be_has_no_faults() -> None:
    assert faults_of(ast.parse(GOOD), file="VaultManagement/Notes/bll/service.py") == []


@pytest.mark.parametrize("source", BAD.values(), ids=BAD)
def test_a_planted_fault_is_found(source: str) -> None:
    assert faults_of(ast.parse(source), file="VaultManagement/Notes/bll/service.py")


@pytest.mark.parametrize("file", ["VaultManagement/Notes/bll/GetApisbll.py", "Plugins/Notes/views.py"])
def test_a_service_elsewhere_is_found(file: str) -> None:
    assert "outside" in faults_of(ast.parse(GOOD), file=file)[0]
    assert faults_of(ast.parse("class Notes(ModelService): ..."), file=file)
