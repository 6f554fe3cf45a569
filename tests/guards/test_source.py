"""What every module keeps to: it says what it is for, is short, prints nothing, and every audit tag has a writer."""

from __future__ import annotations

import ast

import pytest

from kimforms.services.audit import Tag

from .sources import ROOT, modules

MOST_LINES = 400
LONGER: dict[str, str] = {}  # module -> why it is one room nevertheless
MOST_FUNCTION_LINES = 60
PRINTS = ("print", "pprint", "breakpoint")


@pytest.mark.parametrize("name", sorted(modules()))
def test_a_module_says_what_it_is_for(name: str) -> None:
    text = ast.get_docstring(modules()[name].tree) or ""
    assert len(text.split()) >= 4, "the docstring of a module says what it is for and who calls it"


def test_no_module_is_too_long() -> None:
    found = {name: len(module.lines) for name, module in modules().items() if len(module.lines) > MOST_LINES}
    assert found.keys() == LONGER.keys(), found


def test_no_function_is_too_long() -> None:
    wrong = [
        f"{module.where}:{node.lineno}: {node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (node.end_lineno or 0) - node.lineno >= MOST_FUNCTION_LINES
    ]
    assert not wrong


def test_nothing_prints() -> None:
    wrong = [
        f"{module.where}:{node.lineno}"
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PRINTS
    ]
    assert not wrong


def test_every_audit_tag_is_written_somewhere() -> None:
    used = {
        node.attr
        for module in modules().values()
        if module.name != "kimforms.services.audit"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).split(".")[-1] == "Tag"
    }
    assert sorted({tag.name for tag in Tag} - used) == []


def test_migrations_import_no_application_code() -> None:
    wrong = []
    for path in sorted((ROOT / "migrations").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            wrong += [f"{path.name}:{node.lineno}" for name in names if name.split(".")[0] == "kimforms"]  # type: ignore[attr-defined]
    assert not wrong
