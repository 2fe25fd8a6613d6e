"""Small questions about syntax trees that several rules ask."""

import ast
from collections.abc import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an expression that is such a name; "" of any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def last(node: ast.AST) -> str:
    """`c` of `a.b.c`, of `x().c`, and of a call of it; "" of anything else."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def decorators(node: Function | ast.ClassDef) -> list[str]:
    """The names of what decorates it."""
    return [last(each) for each in node.decorator_list]


def methods(node: ast.ClassDef) -> list[Function]:
    """The methods of a class."""
    return [each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """All calls inside."""
    return (each for each in ast.walk(node) if isinstance(each, ast.Call))


def text_of(node: ast.AST | None) -> str | None:
    """The value of a string in the source; None of anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The argument that is given by this name."""
    return next((each.value for each in call.keywords if each.arg == name), None)


def attribute_of(node: ast.ClassDef, name: str) -> ast.expr | None:
    """The value that a class body gives to `name`."""
    for each in node.body:
        if isinstance(each, ast.Assign) and any(dotted(target) == name for target in each.targets):
            return each.value
        if isinstance(each, ast.AnnAssign) and dotted(each.target) == name:
            return each.value
    return None


def texts(tree: ast.AST) -> Iterator[ast.Constant]:
    """The strings of the source that are values: docstrings and other strings by themselves are left out."""
    idle = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in idle:
            yield node
