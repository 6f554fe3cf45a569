"""The reports on the pages that group them: what was ticked and typed, what was found, and what each belongs to already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from flask import flash
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.datastructures import MultiDict

from ..engine.text import BrokenText, one_line, pick
from ..forms.theme_words import in_english
from ..forms.themes import MOST_REPORTS, references_in, whole_number
from ..models import ProcessVersion, Record
from ..permissions import Actor, visible_records
from ..services.processes import definition_of
from ..services.queries import theme_search
from ..services.records.facts import local_day
from ..services.refusals import InputRefused
from ..services.themes.counting import proposal
from ..services.themes.reports import Chosen, is_report, themes_of
from .rendering import t

MOST_NAMED = 5


@dataclass(frozen=True)
class Wanted:
    """What a form for reports holds. ``seen``: the themes that the page showed with each report."""

    references: tuple[str, ...] = ()
    cases: Mapping[str, int | None] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, frozenset[str]] | None = None
    deed: str = ""
    key: str = ""
    search: str = ""

    @classmethod
    def of(cls, references: Sequence[str]) -> Wanted:
        """Reports that an address names."""
        return cls(tuple(references))

    @classmethod
    def posted(cls, form: MultiDict[str, str]) -> Wanted:
        """What was sent: the reports of the page with their numbers, ticked and typed ones beside them."""
        deed = form.get("deed", "create")
        references = references_in(form.getlist("report"))
        if deed.startswith("drop:"):
            references = [one for one in references if one != deed.removeprefix("drop:")]
        if deed in ("add", "create"):
            typed = [form.get("typed", "")] if deed == "add" or form.get("typed") else []
            references = references_in([*references, *form.getlist("found"), *typed])
        references = references[:MOST_REPORTS]
        return cls(
            references=tuple(references),
            cases={one: whole_number(form[f"cases-{one}"]) for one in references if f"cases-{one}" in form},
            notes={one: form.get(f"note-{one}", "") for one in references},
            seen={one: frozenset(references_in([form.get(f"seen-{one}", "")])) for one in references},
            deed=deed,
            key=form.get("key", "")[:64],
            search=_plain(form.get("q", "")),
        )

    def chosen(self) -> list[Chosen]:
        """The reports as the service wants them."""
        return [Chosen(one, self.cases.get(one), _plain(self.notes.get(one, ""), 400)) for one in self.references]


@dataclass(frozen=True)
class ShownReport:
    """A report on such a page, with the number of cases that the form proposes or that was typed."""

    reference: str
    title: str
    state: str
    tone: str
    received_on: date
    cases: int | str
    note: str
    themes: tuple[tuple[str, str], ...]
    error: str = ""

    @property
    def seen(self) -> str:
        """The references of its themes, for the form."""
        return " ".join(reference for reference, _title in self.themes)


@dataclass
class ShownReports:
    """The reports of the page, those that a search found, and references that nobody knows."""

    reports: list[ShownReport]
    found: list[ShownReport]
    unknown: list[str]
    search: str
    searched: bool

    @property
    def full(self) -> bool:
        """Whether no more fit on one page."""
        return len(self.reports) >= MOST_REPORTS


def shown_reports(session: Session, actor: Actor, now: datetime, wanted: Wanted, language: str) -> ShownReports:
    """The reports with their themes; a fixed number of statements."""
    known = _records(session, actor, now, wanted.references)
    hits = theme_search.reports(session, actor, now, wanted.search, without=wanted.references) if wanted.search else []
    themes = themes_of(session, [one.id for one in (*known.values(), *hits)])
    reports = [_shown(known[one], themes, wanted, language) for one in wanted.references if one in known]
    found = [_shown(one, themes, wanted, language) for one in hits]
    unknown = [one for one in wanted.references if one not in known]
    return ShownReports(reports, found, unknown, wanted.search, bool(wanted.search))


def _records(session: Session, actor: Actor, now: datetime, references: Sequence[str]) -> dict[str, Record]:
    if not references:
        return {}
    rows = session.scalars(
        select(Record)
        .where(Record.reference.in_(references), visible_records(session, actor, local_day(now)))
        .options(joinedload(Record.version).defer(ProcessVersion.document))
    )
    return {one.reference: one for one in rows if is_report(definition_of(one.version))}


def _shown(record: Record, themes: Mapping[int, Sequence[Record]], wanted: Wanted, language: str) -> ShownReport:
    definition = definition_of(record.version)
    state = definition.workflow.states[record.state]
    typed = wanted.cases.get(record.reference, proposal(record))
    return ShownReport(
        record.reference,
        record.title,
        pick(state.label, language),
        state.tone,
        local_day(record.created_at),
        "" if typed is None or typed < 0 else typed,
        wanted.notes.get(record.reference, ""),
        tuple((one.reference, one.title) for one in themes.get(record.id, ())),
    )


def mark(form: Any, shown: ShownReports | None, refused: InputRefused) -> list[tuple[str, str]]:
    """Puts each refusal at its field or report; pairs for the error summary."""
    pairs = []
    for name, sentence in refused.errors.items():
        words = t(sentence, in_english(sentence))
        reference, _, part = name.partition(".")
        if part and shown is not None:
            shown.reports = [replace(one, error=words) if one.reference == reference else one for one in shown.reports]
            pairs.append((f"{part}-{reference}", f"{reference}: {words}"))
        elif name in form:
            form[name].errors = [*form[name].errors, words]
            pairs.append((form[name].id, words))
        else:
            pairs.append(("reports" if shown is not None else "", words))
    return pairs


def say_waiting(waiting: Sequence[str]) -> None:
    """Tells of reports that were linked but could not take the step that joins them."""
    if not waiting:
        return
    names = ", ".join(waiting[:MOST_NAMED]) + (" …" if len(waiting) > MOST_NAMED else "")
    flash(t(f"Verknüpft, aber noch nicht gebündelt, weil sie dafür erst erfasst werden: {names}.",
            f"Linked, but not grouped yet because they have to be recorded first: {names}."), "warning")  # fmt: skip


def _plain(text: str, most: int = 200) -> str:
    try:
        return one_line(text[: most * 4])[:most]
    except BrokenText:
        return ""
