"""A record on paper: the process's own document ``record``, without the reporter's contact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...documents.paper import Entry, RecordData, Section, paper_html, record_html
from ...documents.pdf import render_pdf
from ...documents.process_paper import process_paper
from ...engine.definition import ProcessDefinition
from ...engine.fields import CleanContext
from ...engine.fields import Record as RecordField
from ...engine.papers import AnswersBlock
from ...engine.text import pick
from ...models import Attachment, Record, Share
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
    return paper_of(session, actor, now, record=record, language=language)


def paper_of(session: Session, actor: Actor, now: datetime, *, record: Record, language: str = "de") -> Paper:
    """The paper for somebody whose right to read it was found elsewhere: a member of the body that it is laid before."""
    definition = definition_of(record.version)
    today = local_day(now)
    context = CleanContext(catalogues.catalogues(session), today, language, record.answers)
    letterhead = letterhead_of(record.controller, language)
    values = mails.placeholders(session, actor, now, record, definition, language)
    values["submitted_on"] = f"{local_day(record.created_at):%d.%m.%Y}"
    audit.record(session, actor, now, audit.Tag.RECORD_DOCUMENT, about=record, document=DOCUMENT)
    if DOCUMENT in definition.documents:
        paper = process_paper(
            definition,
            DOCUMENT,
            answers=record.answers,
            values=values,
            letterhead=letterhead,
            context=context,
            words=_words(session, record, definition),
            cases=_cases(session, record, definition),
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


def _words(session: Session, record: Record, definition: ProcessDefinition) -> dict[str, str]:
    """Answers that need more than the definition: named records with their titles, files as they are laid to the record.

    Whoever reads a paper in full reads these titles on its page as well.
    """
    names = {name: _references(record, name) for name in _naming(definition) if record.answers.get(name) is not None}
    wanted = {one for references in names.values() for one in references}
    titles: dict[str, str] = {}
    if wanted:
        rows = session.execute(
            select(Record.reference, Record.title).where(
                Record.reference.in_(wanted), Record.controller_id == record.controller_id
            )
        )
        titles = {row.reference: f"{row.reference} {row.title}" for row in rows}
    words = {name: "\n".join(titles.get(one, one) for one in references) for name, references in names.items()}
    files = [each.id for step in definition.form.steps for each in step.fields if each.type == "file"]
    if files:
        kept = select(Attachment.name).where(Attachment.record_id == record.id, Attachment.removed_at.is_(None))
        words |= dict.fromkeys(files, "\n".join(session.scalars(kept.order_by(Attachment.id))))
    return words


def _cases(session: Session, record: Record, definition: ProcessDefinition) -> dict[str, int]:
    """How many cases the records tell that an answer names, by question; only records that say it count."""
    wanted = {
        name
        for block in definition.documents[DOCUMENT].sections
        if isinstance(block, AnswersBlock)
        for name in block.answers.cases
        if record.answers.get(name)
    }
    return {
        name: session.scalar(
            select(func.coalesce(func.sum(Record.case_count), 0)).where(
                Record.reference.in_(_references(record, name)), Record.controller_id == record.controller_id
            )
        )
        or 0
        for name in wanted
    }


def _naming(definition: ProcessDefinition) -> list[str]:
    fields = (each for step in definition.form.steps for each in step.fields)
    return [each.id for each in fields if isinstance(each, RecordField) and each.process is not None]


def _references(record: Record, name: str) -> list[str]:
    value = record.answers.get(name) or []
    return [str(one) for one in (value if isinstance(value, list) else [value])]


def as_pdf(paper: Paper, language: str) -> bytes:
    """The paper as PDF/UA-1."""
    return render_pdf(paper.html, title=paper.title, language=language, fonts=FONTS)
