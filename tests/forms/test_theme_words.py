"""Every sentence with which services refuse something around themes has its English."""

import ast
from pathlib import Path

import pytest

from kimforms.forms.theme_words import SENTENCES, in_english

from .test_record_words import sentences

ROOT = Path(__file__).parents[2] / "kimforms"
FILES = sorted(
    [*(ROOT / "services/themes").glob("*.py"), ROOT / "blueprints/theme_deeds.py", ROOT / "blueprints/theme_forms.py"]
)


def test_all_sentences_are_still_used_somewhere():
    used = {text for path in FILES for text in sentences(path)}
    assert set(SENTENCES) <= used


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_refusals_have_their_english(path):
    for call in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "InputRefused":
            for value in getattr(call.args[0], "values", ()):
                if isinstance(value, ast.Constant | ast.JoinedStr):
                    text = next(iter(sentences_of(value)))
                    assert text in SENTENCES, text


def sentences_of(node):
    if isinstance(node, ast.Constant):
        return [node.value]
    return ["".join(one.value if isinstance(one, ast.Constant) else "{}" for one in node.values)]


def test_names_are_carried_over():
    assert in_english("IH-2026-0001 gehört schon zu TH-2026-0002.") == "IH-2026-0001 belongs to TH-2026-0002 already."
    assert (
        in_english("Ein Thema TH-1 gibt es nicht, oder Sie sehen es nicht.")
        == "There is no theme TH-1, or you do not see it."
    )
    assert in_english("Ein Satz, den niemand kennt.") == "Ein Satz, den niemand kennt."
