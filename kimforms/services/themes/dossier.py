"""The dossier of a theme as PDF: summary, figures, cases, decisions, measures, story. No reporter is named in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ...documents.dossier import Chapter, Column, DossierData, Step, Table, dossier_html
from ...documents.paper import Entry, Section, paragraphs
from ...engine.fields import CleanContext, Field
from ...engine.text import pick
from ...models import Decision, Record
from ...permissions import Actor, may
from .. import audit, catalogues
from ..decision_checks import AGREED, SOLUTION
from ..processes import definition_of
from ..queries import comparison, theme_chain, theme_page, theme_timeline
from ..receipts import TEMPLATES, letterhead_of
from ..records.facts import local_day
from ..records.printing import Paper
from ..refusals import NotPermitted, NotVisible
from .reports import PROCESS

DOCUMENT = "dossier"
MOST_REPORTS = 200
"""So many reports are listed; of more the figures tell."""
THEMES_OWN = ("title", "summary", "public_title", "fields_of_action", "measures", "faelle", "decisions")
"""Answers that the dossier shows at a place of their own."""
RECONSTRUCTION, MEASURES = "case_reconstruction", "measures"
IMPLEMENTATION = "umsetzung"
"""The answer of a paper that says who puts a solution into effect, and by when."""


def dossier_paper(session: Session, actor: Actor, now: datetime, *, theme: Record, language: str = "de") -> Paper:
    """The dossier, and an event that it was made. Raises :class:`NotVisible` and :class:`NotPermitted`.

    Turning it into a PDF (``records.printing.as_pdf``) takes a while and happens outside the transaction.
    """
    if theme.process.key != PROCESS:
        raise NotVisible()
    if not may(actor, "theme:read", theme.controller_id):
        raise NotPermitted()
    data = _Dossier(session, actor, now, theme, language).data()
    audit.record(session, actor, now, audit.Tag.RECORD_DOCUMENT, about=theme, document=DOCUMENT)
    return Paper(dossier_html(data, TEMPLATES), data.title)


class _Dossier:
    def __init__(self, session: Session, actor: Actor, now: datetime, theme: Record, language: str) -> None:
        self.session, self.actor, self.now = session, actor, now
        self.theme, self.language = theme, language
        self.definition = definition_of(theme.version)
        self.chain = theme_chain.chain_records(session, actor, now, theme)
        self.decisions = theme_chain.decisions_of(session, theme)

    def say(self, german: str, english: str) -> str:
        return english if self.language == "en" else german

    def day(self, value: Any) -> str:
        return f"{value:%d.%m.%Y}" if value is not None else ""

    def context(self, record: Record) -> CleanContext:
        return CleanContext(catalogues.catalogues(self.session), local_day(self.now), self.language, record.answers)

    def data(self) -> DossierData:
        theme = self.theme
        state = self.definition.workflow.states[theme.state]
        since = f"{self.say('seit', 'since')} {self.day(local_day(theme.state_since))}"
        facts = [
            Entry(self.say("Stand", "State"), f"{pick(state.label, self.language)} ({since})"),
            Entry(self.say("Begonnen", "Begun"), self.day(local_day(theme.created_at))),
        ]
        if areas := self._shown("fields_of_action"):
            facts.append(Entry(self.say("Handlungsfelder", "Fields of action"), areas))
        return DossierData(
            letterhead_of(theme.controller, self.language),
            self.say(f"Dossier: {theme.title}", f"Dossier: {theme.title}"),
            theme.reference,
            local_day(self.now),
            facts=tuple(facts),
            figures=self._numbers(),
            chapters=tuple(self._chapters()),
            language=self.language,
        )

    def _numbers(self) -> tuple[tuple[str, str], ...]:
        page = theme_page.reports_of(self.session, self.theme, language=self.language)
        counted = (
            (page.cases, ("Fall", "case"), ("Fälle", "cases")),
            (page.count - page.withdrawn, ("Meldung", "report"), ("Meldungen", "reports")),
            (len(self.decisions), ("Beschluss", "decision"), ("Beschlüsse", "decisions")),
        )
        return tuple((str(number), self.say(*(one if number == 1 else many))) for number, one, many in counted)

    def _chapters(self) -> Iterator[Chapter]:
        summary = paragraphs(str(self.theme.answers.get("summary") or ""))
        more = tuple(self._answers(self.theme, without=THEMES_OWN))
        empty = self.say("Noch keine Beschreibung.", "No description yet.")
        yield Chapter(self.say("Worum es geht", "What it is about"), summary, sections=more, empty=empty)
        yield self._figures()
        yield self._reports()
        yield self._records(
            self.say("Fallrekonstruktion", "Case reconstruction"),
            [one for one in self.chain if one.process.key == RECONSTRUCTION],
            self.say("Noch keine Fallrekonstruktion.", "No case reconstruction yet."),
        )
        yield self._decided()
        if not (measures := self._measures()).is_empty:
            yield measures
        yield self._records(
            self.say("Vorlagen, Arbeitsgruppe, Bekanntmachung", "Papers, working group, publication"),
            [one for one in self.chain if one.process.key != RECONSTRUCTION],
            self.say("Noch nichts davon.", "None of these yet."),
        )
        story = theme_timeline.story(self.session, self.actor, self.now, self.theme, language=self.language)
        steps = tuple(
            Step(one.when or self.day(one.on), one.title, tuple(filter(None, one.text.splitlines()))) for one in story
        )
        yield Chapter(self.say("Die Geschichte des Themas", "The story of the theme"), steps=steps, own_page=True)

    def _figures(self) -> Chapter:
        figures = theme_page.figures_of(self.session, self.theme, language=self.language)
        cases, reports = self.say("Fälle", "Cases"), self.say("Meldungen", "Reports")
        several = self.say(
            "Eine Meldung kann mehrere nennen; die Spalten ergeben dann mehr als die Summe.",
            "A report may name several; the columns then add up to more than the sum.",
        )
        wanted = (
            (
                self.say("Kommunen", "Municipalities"),
                self.say("Kommune", "Municipality"),
                figures.municipalities,
                several,
            ),
            (
                self.say("Handlungsfelder", "Fields of action"),
                self.say("Handlungsfeld", "Field of action"),
                figures.fields,
                "",
            ),
            (
                self.say("Rechtskreise", "Legal areas"),
                self.say("Rechtskreis", "Legal area"),
                figures.legal_areas,
                several,
            ),
            (self.say("Zeitlicher Verlauf", "Course of time"), self.say("Monat", "Month"), figures.months, ""),
        )
        tables = tuple(
            Table(
                title,
                (Column(heading, 60), Column(cases, 20, numeric=True), Column(reports, 20, numeric=True)),
                tuple((one.label, str(one.cases), str(one.reports)) for one in shares),
                note,
            )
            for title, heading, shares, note in wanted
            if shares
        )
        empty = self.say("Noch keine Meldungen.", "No reports yet.")
        return Chapter(self.say("Zahlen", "Figures"), tables=tables, empty=empty)

    def _reports(self) -> Chapter:
        rows: list[theme_page.ReportRow] = []
        after: int | None = None
        while len(rows) < MOST_REPORTS:
            page = theme_page.reports_of(self.session, self.theme, language=self.language, after=after)
            rows += page.rows
            after = page.next_key
            if after is None:
                break
        columns = (
            Column(self.say("Meldung", "Report"), 18),
            Column(self.say("Worum es geht", "What it is about"), 40),
            Column(self.say("Kommunen", "Municipalities"), 24),
            Column(self.say("Fälle", "Cases"), 18, numeric=True),
        )
        cells = tuple(
            (
                f"{one.reference}\n{self.day(one.received_on)}",
                one.title + (f"\n{one.note}" if one.note else ""),
                one.place,
                self.say("zurückgezogen", "withdrawn") if one.withdrawn else str(one.cases),
            )
            for one in rows[:MOST_REPORTS]
        )
        note = ""
        if after is not None:
            note = self.say(f"Die ersten {MOST_REPORTS} Meldungen.", f"The first {MOST_REPORTS} reports.")
        title = self.say("Meldungen und Fälle", "Reports and cases")
        tables = (Table("", columns, cells, note),) if cells else ()
        return Chapter(title, tables=tables, empty=self.say("Noch keine Meldungen.", "No reports yet."))

    def _records(self, title: str, records: Sequence[Record], empty: str) -> Chapter:
        sections: list[Section] = []
        for record in records:
            definition = definition_of(record.version)
            state = definition.workflow.states[record.state]
            head = f"{pick(definition.title, self.language)} {record.reference}"
            facts = (Entry(self.say("Stand", "State"), pick(state.label, self.language)),)
            sections.append(Section(f"{head}: {record.title}", facts, level=3))
            if not state.draft:  # what is not finished is not for a committee
                sections += self._answers(record)
        return Chapter(title, sections=tuple(sections), empty=empty)

    def _answers(self, record: Record, without: Sequence[str] = ()) -> Iterator[Section]:
        """What was answered, step by step, each round of a step that repeats apart; nothing that is personal."""
        context = self.context(record)
        for step in definition_of(record.version).form.steps:
            if step.repeat is None:
                if entries := self._entries(step.fields, record.answers, context, without):
                    yield Section(pick(step.title, self.language), entries, level=3)
                continue
            for number, row in enumerate(record.answers.get(step.id) or [], start=1):
                if rows := tuple(Entry(*one) for one in comparison.told(step, row, context)):
                    yield Section(comparison.round_name(step, number, self.language), rows, level=3)

    def _entries(
        self, fields: Sequence[Any], answers: Mapping[str, Any], context: CleanContext, without: Sequence[str]
    ) -> tuple[Entry, ...]:
        return tuple(
            Entry(pick(each.label, self.language), shown)
            for each in fields
            if not each.personal_data
            and each.id not in without
            and answers.get(each.id) is not None
            and (shown := each.display(answers[each.id], context))
        )

    def _decided(self) -> Chapter:
        sections = tuple(Section(self._heading(one), tuple(self._decision(one)), level=3) for one in self.decisions)
        empty = self.say("Noch keine Beschlüsse.", "No decisions yet.")
        return Chapter(self.say("Beschlüsse", "Decisions"), sections=sections, empty=empty)

    def _heading(self, one: Decision) -> str:
        return f"{one.reference}, {self.day(one.decided_on)}: {theme_timeline.result_in_words(one, self.language)}"

    def _decision(self, one: Decision) -> Iterator[Entry]:
        rows: Mapping[str, str] = {
            self.say("Gegenstand", "Subject"): one.title,
            self.say("Wortlaut", "Wording"): one.wording,
            self.say("Auflagen", "Conditions"): one.conditions,
            self.say("Abstimmung", "Votes"): theme_timeline.votes_in_words(one, self.language),
            self.say("Überprüfung am", "Review on"): self.day(one.review_on),
        }
        for label, value in rows.items():
            if value:
                yield Entry(label, value)

    def _measures(self) -> Chapter:
        """The measures of a theme that was solved directly, and the steps of the solutions that a body agreed to."""
        found = [self._table(self.theme, self.definition.fields().get(MEASURES), "")]
        for paper in self._agreed_solutions():
            field = definition_of(paper.version).fields().get(IMPLEMENTATION)
            found.append(self._table(paper, field, f"{paper.reference}: {paper.title}"))
        return Chapter(self.say("Maßnahmen", "Measures"), tables=tuple(filter(None, found)))

    def _agreed_solutions(self) -> list[Record]:
        revoked = {one.amends_id for one in self.decisions if one.amends_how == "revoked"}
        agreed = {
            one.paper_id
            for one in self.decisions
            if one.subject == SOLUTION and one.result in AGREED and one.amends_how is None and one.id not in revoked
        }
        return [one for one in self.chain if one.id in agreed]

    def _table(self, record: Record, field: Field | None, title: str) -> Table | None:
        """The rows of a repeating answer as a table; None without any."""
        inside = tuple(getattr(field, "fields", ()))
        rows = record.answers.get(field.id) if field is not None else None
        if not rows or not inside:
            return None
        context = self.context(record)
        cells = tuple(
            tuple(each.display(row[each.id], context) if row.get(each.id) is not None else "" for each in inside)
            for row in rows
        )
        return Table(title, tuple(Column(pick(each.label, self.language).rstrip("?")) for each in inside), cells)

    def _shown(self, name: str) -> str:
        field, value = self.definition.fields().get(name), self.theme.answers.get(name)
        return field.display(value, self.context(self.theme)) if field is not None and value else ""
