"""Every sentence with which planning refuses something has its English, and no English is left without its German."""

import ast
from pathlib import Path

import pytest

from kimforms.forms.meeting_sentences import SENTENCES, in_english

ROOT = Path(__file__).parents[2] / "kimforms"
FILES = tuple(
    f"services/meetings/{name}.py"
    for name in ("agenda", "approval", "offers", "planning", "polls", "proposals", "rooms", "series")
)
FORMS = ("forms/meetings.py", "blueprints/meeting_planning.py", "blueprints/meeting_series.py")
BEGIN = (
    "Geben Sie ",
    "Wählen Sie ",
    "Bitte ",
    "Schreiben Sie ",
    "Schlagen Sie ",
    "Eine ",
    "Das ",
    "Der ",
    "Die ",
    "Diese",
)


def texts(name: str) -> set[str]:
    """All texts of a module, with braces for what is put in; docstrings are none."""
    tree = ast.parse((ROOT / name).read_text("utf-8"))
    parts = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    documents = {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            found.add("".join(one.value if isinstance(one, ast.Constant) else "{}" for one in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in parts | documents:
            found.add(node.value)
    return found


def refused(name: str) -> set[str]:
    """Sentences that stand directly in an ``InputRefused``, or are put into ``errors``."""
    tree = ast.parse((ROOT / name).read_text("utf-8"))
    known = texts(name)
    kept = set()
    for node in ast.walk(tree):
        inside = None
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("InputRefused", "StepRefused"):
            inside = node
        elif (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Subscript)
            and getattr(node.targets[0].value, "id", "") == "errors"
        ):
            inside = node.value
        for one in ast.walk(inside) if inside is not None else ():
            text = one.value if isinstance(one, ast.Constant) else None
            if isinstance(one, ast.JoinedStr):
                text = "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in one.values)
            if isinstance(text, str) and text in known and text.endswith((".", "!")) and " " in text:
                kept.add(text)
    return kept


@pytest.mark.parametrize("name", FILES)
def test_refusals_have_their_english(name: str) -> None:
    missing = {one for one in refused(name) if in_english(one.replace("{}", "7")) == one.replace("{}", "7")}
    assert missing <= {
        "{} Zeit und Ort bleiben, wie sie sind.",
        "{} Sie lässt sich nicht teilen.",
        "Die Tagesordnung {}.",
    }


def test_all_sentences_are_still_used_somewhere() -> None:
    used = {text for name in (*FILES, *FORMS) for text in texts(name)}
    assert set(SENTENCES) <= used


def test_values_come_through() -> None:
    assert in_english("Bitte höchstens 300 Zeichen.") == "At most 300 characters, please."
    assert in_english("Etwas anderes.") == "Etwas anderes."
