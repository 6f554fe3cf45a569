"""The receipt of a report as PDF: reference, retrieval code and answers, for the person who has just sent it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from ..documents.paper import Letterhead, ReceiptData, Section, paper_html, receipt_html
from ..documents.pdf import render_pdf
from ..documents.process_paper import process_paper
from ..engine.definition import ProcessDefinition
from ..engine.fields import CleanContext
from ..engine.text import pick
from ..models import Controller, Record
from . import catalogues, outbox
from .processes import definition_of
from .records.facts import local_day

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates" / "documents"
FONTS = ROOT / "static" / "vendor"


def receipt_pdf(session: Session, record: Record, code: str | None, *, language: str = "de") -> bytes:
    """The PDF (PDF/UA-1). The reporter's contact stays out, so the sheet may lie about without naming anybody.

    ``code`` is None for people with an account, who need none.
    """
    html = receipt_page(session, record, code, language=language)
    return render_pdf(html, title=_title(definition_of(record.version), language), language=language, fonts=FONTS)


def receipt_page(session: Session, record: Record, code: str | None, *, language: str = "de") -> str:
    """The receipt as HTML: the process's own document with a code, a plain one without."""
    definition = definition_of(record.version)
    submitted_on = local_day(record.created_at)
    letterhead = letterhead_of(record.controller, language)
    context = CleanContext(catalogues.catalogues(session), submitted_on, language, record.answers)
    values = {
        "reference": record.reference,
        "code": code or "",
        "submitted_on": _day(submitted_on, language),
        "date": _day(submitted_on, language),
        "link": outbox.absolute("/report/status"),
        "controller": record.controller.name,
        "process": pick(definition.title, language),
    }
    if "receipt" not in definition.documents:
        data = ReceiptData(letterhead, _title(definition, language), record.reference, submitted_on, code,
                           status_url=values["link"] if code else "", language=language)  # fmt: skip
        return receipt_html(data, TEMPLATES)
    paper = process_paper(definition, "receipt", answers=record.answers, values=values, letterhead=letterhead,
                          context=context)  # fmt: skip
    if code:
        return paper_html(paper, TEMPLATES)
    answers = tuple(Section(one.heading, one.entries) for one in paper.sections if one.entries and not one.boxed)
    plain = ReceiptData(letterhead, paper.title, record.reference, submitted_on, intro=paper.intro, sections=answers,
                        closing=paper.closing, language=language)  # fmt: skip
    return receipt_html(plain, TEMPLATES)


def letterhead_of(controller: Controller, language: str) -> Letterhead:
    """Name, unit and seat as the profile gives them."""
    data = controller.data or {}
    return Letterhead(controller.name, pick(data.get("unit"), language), str(data.get("seat") or ""))


def _title(definition: ProcessDefinition, language: str) -> str:
    document = definition.documents.get("receipt")
    return pick(document.title if document else definition.title, language)


def _day(day: date, language: str) -> str:
    return f"{day:%d/%m/%Y}" if language == "en" else f"{day:%d.%m.%Y}"
