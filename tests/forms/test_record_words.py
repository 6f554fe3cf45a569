"""Every sentence that services around a record refuse with has its English."""

import ast
from pathlib import Path

import pytest

from kimforms.forms.record_words import SENTENCES, in_english

SERVICES = Path(__file__).parents[2] / "kimforms/services"
FILES = (
    "attachments.py",
    "decision_checks.py",
    "decisions.py",
    "tasks.py",
    "records/commenting.py",
    "records/sharing.py",
    "records/linking.py",
    "records/assigning.py",
)


def sentences(path):
    """The texts of the dictionaries that are given to InputRefused or named ``errors``, braces left empty."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(one.value if isinstance(one, ast.Constant) else "{}" for one in node.values)


def test_all_sentences_are_still_used_somewhere():
    used = {text for name in FILES for text in sentences(SERVICES / name)}
    assert set(SENTENCES) <= used


@pytest.mark.parametrize("name", FILES)
def test_refusals_have_their_english(name):
    tree = ast.parse((SERVICES / name).read_text("utf-8"))
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "InputRefused":
            for value in getattr(call.args[0], "values", ()):
                if isinstance(value, ast.Constant):
                    assert value.value in SENTENCES, value.value


def test_numbers_and_names_are_carried_over():
    assert in_english("Die Datei ist größer als 20 kB.") == "The file is larger than 20 kB."
    assert in_english("Ein Satz, den niemand kennt.") == "Ein Satz, den niemand kennt."
