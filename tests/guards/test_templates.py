"""Templates: no inline script, style or handler; every text that people read comes in both languages or from the data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

from .sources import ROOT, templates

INLINE = re.compile(
    r"<script(?![^>]*\b(?:src=|type=.application/json))|<style\b|<[a-z][^<>]*\s(?:style|on[a-z]+)\s*=|javascript:", re.I
)
PAPER = "documents/"  # templates of PDF files: no browser, one style sheet inside
WORD = re.compile(r"[A-Za-zÄÖÜäöüß]{3,}")
UMLAUT = re.compile(r"[A-Za-zäöüß]*[ÄÖÜäöüß][A-Za-zäöüß]*")
NAMES = {
    "kimforms",
    "nbsp",
    "quot",
    "amp",
    "rarr",
    "larr",
    "times",
    "hellip",
    "shy",
    "middot",
    "ndash",
    "bdquo",
    "ldquo",
}
READ_ALOUD = re.compile(
    r"""\s(?:title|alt|placeholder|aria-label|aria-description|data-announce)\s*=\s*["']([^"'{}<]*)"""
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT / "templates"))


PAGES = [path for path in templates() if not name_of(path).startswith(PAPER)]


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_nothing_stands_inline(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.S)
    assert INLINE.findall(text) == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_text_is_there_in_both_languages(path: Path) -> None:
    assert list(untranslated(path.read_text("utf-8"))) == []


def untranslated(source: str) -> Iterator[str]:
    """Words of the template's own markup, German strings outside ``t(…)``, and calls of ``t`` with a language missing."""
    tree = jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"]).parse(source)
    markup = "".join(node.data if isinstance(node, nodes.TemplateData) else "\x00" for node in _outputs(tree))
    shown = re.sub(r"<!--.*?-->|<[^<>]*>", lambda found: " ".join(READ_ALOUD.findall(found[0])), markup, flags=re.S)
    yield from (word for word in WORD.findall(shown) if word not in NAMES)
    inside = {id(part) for call in _translations(tree) for part in call.find_all(nodes.Const)}
    for constant in tree.find_all(nodes.Const):
        if isinstance(constant.value, str) and id(constant) not in inside and UMLAUT.search(constant.value):
            yield constant.value
    for call in _translations(tree):
        if len(call.args) != 2 or any(
            isinstance(one, nodes.Const) and not str(one.value).strip() for one in call.args[:1]
        ):
            yield f"line {call.lineno}: t() wants German and English"


def _outputs(tree: nodes.Template) -> Iterator[nodes.Node]:
    """What is shown: not class names, and not the values that macros without any markup give to other macros."""
    values = [block for block in tree.find_all(nodes.Block) if block.name == "layout"]
    values += [
        macro
        for macro in tree.find_all(nodes.Macro)
        if not any("<" in one.data for one in macro.find_all(nodes.TemplateData))
    ]
    hidden = {id(one) for value in values for one in value.find_all(nodes.Output)}
    for output in tree.find_all(nodes.Output):
        if id(output) not in hidden:
            yield from output.nodes


def _translations(tree: nodes.Template) -> Iterator[nodes.Call]:
    return (call for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name) and call.node.name == "t")


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hallo</p>",
        "<p>{{ 'schön' }}</p>",
        "<a title='Zurück gehen' href='/'>{{ t('a', 'b') }}</a>",
        "{{ t('nur deutsch') }}",
        "{% if x %}<b>{{ y }} offen</b>{% endif %}",
    ],
)
def test_the_search_finds_text_that_stands_alone(source: str) -> None:
    assert list(untranslated(source))


@pytest.mark.parametrize(
    "source",
    [
        "<p class='kern-body'>{{ t('Schön', 'Nice') }}</p>",
        "<!-- ein Hinweis -->",
        "{# Erklärung #}<a href='/x' title='{{ t('ä', 'b') }}'>{{ record.title }}</a>",
    ],
)
def test_the_search_leaves_translated_text_alone(source: str) -> None:
    assert not list(untranslated(source))
