"""Every setting is documented for administrators with its default; nothing is documented that does not exist."""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path

import click
import pytest
from click import Command, Group

from kimforms.cli import LAZY, cli
from kimforms.config import Settings, read_settings

from .sources import ROOT, modules

PAGE = ROOT / "docs" / "administration.md"
COMPUTED = {"data_dir", "database_url", "queue_url", "base_url", "secret_key"}  # described in words beside the table


def documented() -> dict[str, str]:
    """Variable -> default, from the rows of the table."""
    rows = re.findall(r"^\| `(KIMFORMS_[A-Z_]+)` \|[^|]*\| ([^|]*) \|$", PAGE.read_text("utf-8"), re.M)
    return {name: default.strip().strip("`") for name, default in rows}


def variables() -> set[str]:
    return {f"KIMFORMS_{field.name.upper()}" for field in dataclasses.fields(Settings)}


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    assert documented().keys() == variables()


@pytest.mark.parametrize(
    "field", [one for one in dataclasses.fields(Settings) if one.name not in COMPUTED], ids=lambda one: one.name
)
def test_the_documented_default_is_the_default(field: dataclasses.Field[object]) -> None:
    value = getattr(read_settings({}), field.name)
    shown = {True: "1", False: "0"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    assert documented()[f"KIMFORMS_{field.name.upper()}"] == (shown or "–")


def test_the_code_reads_no_variable_besides() -> None:
    read = set()
    for module in modules().values():
        read |= set(re.findall(r"\bKIMFORMS_[A-Z_]+\b", module.path.read_text("utf-8")))
    assert {name for name in read if not name.endswith("_")} <= variables()


def test_every_setting_has_an_effect() -> None:
    """Read beyond the line of config.py that makes it."""
    used = {
        node.attr
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    assert sorted({field.name for field in dataclasses.fields(Settings)} - used) == []


def test_the_pages_of_the_documentation_name_no_variable_that_does_not_exist() -> None:
    wrong = {}
    for path in [*sorted((ROOT / "docs").rglob("*.md")), *ROOT.glob("*.md"), ROOT / "Makefile"]:
        unknown = set(re.findall(r"\bKIMFORMS_[A-Z]+(?:_[A-Z]+)*\b", path.read_text("utf-8"))) - variables()
        if unknown:
            wrong[path.name] = unknown
    assert wrong == {}


def test_every_command_explains_itself_and_is_documented() -> None:
    text = PAGE.read_text("utf-8")
    wrong = [path for path, command in commands(cli, "kimforms") if not (command.help or "").strip()]
    assert wrong == []
    assert [name for name in LAZY if f"kimforms {name}" not in text] == []


def commands(group: Group, path: str) -> list[tuple[str, Command]]:
    """Every command below a group, with the words that call it."""
    context = click.Context(group)
    found: list[tuple[str, Command]] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.append((f"{path} {name}", command))
        if isinstance(command, Group):
            found += commands(command, f"{path} {name}")
    return found


def test_documented_commands_exist() -> None:
    known = {path for path, _ in commands(cli, "kimforms")}
    wrong = {}
    for path in [*sorted((ROOT / "docs").rglob("*.md")), *ROOT.glob("*.md")]:
        named = re.findall(r"`(?:sudo -u \w+ )?kimforms ([a-z]+(?: [a-z]+)?)", path.read_text("utf-8"))
        named += re.findall(r"^ {4}kimforms ([a-z]+(?: [a-z]+)?)", path.read_text("utf-8"), re.M)
        missing = {one for one in named if f"kimforms {one}" not in known and f"kimforms {one.split()[0]}" not in known}
        if missing:
            wrong[path.name] = missing
    assert wrong == {}


def test_the_page_is_where_the_commands_say(tmp_path: Path) -> None:
    assert "docs/administration.md" in (cli.help or "")
    assert PAGE.is_file()
