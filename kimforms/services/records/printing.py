"""A record on paper: the process's own document ``record``, without the reporter's contact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...documents.paper import Entry, RecordData, Section, paper_html, record_html
from ...documents.pdf import render_pdf
from ...documents.process_paper import process_paper
from ...engine.fields import CleanContext
from ...engine.text import pick
from ...models import Record, Share
from ...permissions import Actor, Sight, sight
from .. import audit, catalogues
from ..processes import definition_of
from ..receipts import FONTS, TEMPLATES, letterhead_of
from ..refusals import NotVisible
from . import mails
from .facts import local_day

DOCUMENT = "record"


@dataclass(frozen=True)
class Paper:
    """A document ready to be set: its HTML and its title."""

    html: str
    title: str


def record_paper(session: Session, actor: Actor, now: datetime, *, record: Record, language: str = "de") -> Paper:
    """The paper, and an event that it was made. Raises :class:`NotVisible`.

    Turning it into a PDF takes a while and happens outside the transaction (:func:`as_pdf`).
    """
    shares = session.scalars(select(Share).where(Share.record_id == record.id)).all()
    if sight(actor, record, shares, local_day(now)) is Sight.NONE:
        raise NotVisible()
    definition = definition_of(record.version)
    today = local_day(now)
    context = CleanContext(catalogues.catalogues(session), today, language, record.answers)
    letterhead = letterhead_of(record.controller, language)
    values = mails.placeholders(session, actor, now, record, definition, language)
    values["submitted_on"] = f"{local_day(record.created_at):%d.%m.%Y}"
    audit.record(session, actor, now, audit.Tag.RECORD_DOCUMENT, about=record, document=DOCUMENT)
    if DOCUMENT in definition.documents:
        paper = process_paper(
            definition, DOCUMENT, answers=record.answers, values=values, letterhead=letterhead, context=context
        )
        return Paper(paper_html(paper, TEMPLATES), paper.title)
    title = f"{pick(definition.title, language)} {record.reference}"
    fields = [each for step in definition.form.steps for each in step.fields if not each.personal_data]
    entries = tuple(
        Entry(pick(each.label, language), each.display(record.answers[each.id], context))
        for each in fields
        if record.answers.get(each.id) is not None
    )
    state = Entry("State" if language == "en" else "Stand", values["state"])
    plain = RecordData(
        letterhead, title, record.reference, today, facts=(state,), sections=(Section("", entries),), language=language
    )
    return Paper(record_html(plain, TEMPLATES), title)


def as_pdf(paper: Paper, language: str) -> bytes:
    """The paper as PDF/UA-1."""
    return render_pdf(paper.html, title=paper.title, language=language, fonts=FONTS)
