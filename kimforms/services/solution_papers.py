"""A public entry as PDF/UA-1, to hand out or to file. Made once for each issue and language and kept in memory."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ..documents.paper import PaperData, Section, paper_html, paragraphs
from ..documents.pdf import render_pdf
from ..models import Controller
from . import outbox
from .queries.solution_entry import Change, Entry, day_in_words
from .receipts import FONTS, TEMPLATES, letterhead_of
from .solution_words import heading


def solution_paper(
    entry: Entry, changes: Sequence[Change], controller: Controller, slug: str, language: str
) -> PaperData:
    """The paper: the parts of the page in their order, then where it stands on the web and what was corrected."""
    english = language == "en"
    sections = [Section(part.heading, paragraphs=paragraphs(part.text)) for part in entry.parts]
    if entry.station:
        sections.insert(0, Section(heading("station", language), paragraphs=(entry.station,)))
    if entry.links:
        lines = tuple(f"{one['label']}\n{one['url']}" for one in entry.links)
        sections.append(Section(heading("links", language), paragraphs=lines))
    if entry.documents:
        names = tuple(one.name for one in entry.documents)
        sections.append(Section(heading("documents", language), paragraphs=names))
    if changes:
        lines = tuple(f"{_corrected(day_in_words(one.at, language), english)} {one.note}" for one in changes)
        sections.append(Section("Corrections" if english else "Änderungen", paragraphs=lines))
    where = "On the web, with documents:" if english else "Im Internet, mit allen Dokumenten:"
    return PaperData(
        letterhead_of(controller, language),
        entry.title,
        "Solutions and decisions" if english else "Lösungen und Beschlüsse",
        intro=(entry.badge[0].capitalize(),),
        sections=tuple(sections),
        closing=(f"{where}\n{outbox.absolute(f'/solutions/{slug}')}",),
        language=language,
    )


@lru_cache(maxsize=64)
def as_pdf(paper: PaperData) -> bytes:
    """The paper as PDF. The same content is set once: anybody may ask, as often as they like."""
    return render_pdf(paper_html(paper, TEMPLATES), title=paper.title, language=paper.language, fonts=FONTS)


def _corrected(day: str, english: bool) -> str:
    return f"Corrected on {day}:" if english else f"Korrigiert am {day}:"
