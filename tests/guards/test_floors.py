"""The floors of the house: who may import whom, what stays free of frameworks and of the clock, and no circles."""

from __future__ import annotations

import ast

import pytest

from .sources import circles, imports_of, modules

FLOORS = {
    "kimforms": 5, "cli": 5, "jobs": 5, "serve": 5, "assets": 5,
    "blueprints": 4,
    "services": 3,
    "permissions": 2.5,
    "forms": 2, "models": 2,
    "engine": 1, "rules": 1, "naturalisation": 1, "similarity": 1, "documents": 1, "profiles": 1, "config": 1, "extensions": 1,
}  # fmt: skip
FRAMEWORKS = {
    "flask", "flask_babel", "flask_htmx", "flask_login", "flask_migrate", "flask_sqlalchemy", "flask_wtf", "gunicorn",
    "huey", "sqlalchemy", "werkzeug", "wtforms",
}  # fmt: skip
PURE = ("engine", "rules", "naturalisation", "similarity", "documents")
WEB = FRAMEWORKS - {"sqlalchemy"}
WEB_ALLOWED = {
    ("kimforms.services.set_up", "flask_migrate"): "the first start runs the migrations",
    ("kimforms.services.set_up", "flask"): "Flask-Migrate works on the current application",
    ("kimforms.services.set_up", "kimforms.extensions"): "Flask-Migrate wants the database",
    ("kimforms.services.unit_of_work", "kimforms.extensions"): "holds the session and the only commit",
}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
CLOCK_ALLOWED = {
    "kimforms.services.records.facts": "utc_now: the clock of commands and jobs, which have no request",
    "kimforms.services.catalogues": "how old a cache is; no decision depends on it",
}


def of_kimforms(target: str) -> bool:
    return target == "kimforms" or target.startswith("kimforms.")


def room_of(target: str) -> str:
    parts = target.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in FLOORS else parts[0]


def test_every_room_has_a_floor() -> None:
    assert {module.room for module in modules().values()} <= FLOORS.keys()


@pytest.mark.parametrize("name", sorted(modules()))
def test_a_module_imports_only_from_its_own_floor_or_below(name: str) -> None:
    here = FLOORS[modules()[name].room]
    wrong = [
        f"line {one.line}: {one.target}"
        for one in imports_of(name)
        if of_kimforms(one.target) and FLOORS[room_of(one.target)] > here
    ]
    assert not wrong


def test_the_ground_floor_is_pure() -> None:
    wrong = [
        f"{module.where}:{one.line}: {one.target}"
        for module in modules().values()
        if module.room in PURE
        for one in imports_of(module.name)
        if one.target.split(".")[0] in FRAMEWORKS or one.target in ("kimforms.extensions", "kimforms.config")
    ]
    assert not wrong


def test_services_know_no_web_framework_and_no_global_session() -> None:
    wrong = [
        f"{module.where}:{one.line}: {one.target}"
        for module in modules().values()
        if module.room in ("services", "permissions")
        for one in imports_of(module.name)
        if (one.target.split(".")[0] in WEB or one.target == "kimforms.extensions")
        and (module.name, one.target) not in WEB_ALLOWED
    ]
    assert not wrong


def test_no_exception_to_that_is_out_of_date() -> None:
    used = {(name, one.target) for name in modules() for one in imports_of(name)}
    assert not WEB_ALLOWED.keys() - used


def test_engine_and_services_are_told_the_time() -> None:
    wrong = []
    for module in modules().values():
        if module.room not in (*PURE, "services", "forms", "models") or module.name in CLOCK_ALLOWED:
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value).split(".")[-1]
                if (owner, node.func.attr) in CLOCKS:
                    wrong.append(f"{module.where}:{node.lineno}")
    assert not wrong


def test_rooms_of_one_floor_use_each_other_without_circles() -> None:
    graph: dict[str, set[str]] = {room: set() for room in FLOORS}
    for module in modules().values():
        for one in imports_of(module.name):
            if of_kimforms(one.target) and room_of(one.target) != module.room:
                graph[module.room].add(room_of(one.target))
    assert not circles(graph)


def test_no_module_needs_itself_to_be_loaded() -> None:
    graph = {
        name: {one.target for one in imports_of(name) if one.at_load and one.target in modules() and one.target != name}
        for name in modules()
    }
    packages = {name for name, module in modules().items() if module.path.name == "__init__.py"}
    for name, targets in graph.items():
        # "from . import x" in a room reaches the module x, not the package, which is being loaded already
        graph[name] = {target for target in targets if not (target in packages and name.startswith(f"{target}."))}
    assert not circles(graph)


def test_the_search_for_circles_finds_one() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []
