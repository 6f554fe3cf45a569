"""The whole story of a theme in one line: arrivals, steps of the theme and of its papers, decisions, publication.

Nobody is named: neither who reported nor who works on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from ...engine.text import pick
from ...forms.decisions import result_words
from ...models import Decision, Event, ProcessVersion, Publication, Record, RecordLink
from ...permissions import Actor
from ..audit import Tag
from ..processes import definition_of
from ..records.facts import local_day
from ..themes.reports import KIND, is_withdrawn
from .theme_chain import chain_records, decisions_of, publications_of

NAMED_ONE_BY_ONE = 8
"""Up to so many reports arrive one by one in the story; more are told by month."""
TOLD = (Tag.RECORD_SUBMIT, Tag.RECORD_TRANSITION, Tag.THEME_MERGE, Tag.THEME_UNMERGE, Tag.RECORD_LINK)
SPLIT = "split"
MONTHS_DE = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
TONES: Mapping[str, str] = {
    "accepted": "success",
    "amended": "success",
    "rejected": "danger",
    "postponed": "warning",
    "noted": "neutral",
}


@dataclass(frozen=True)
class Moment:
    """One thing that happened: the day (``when`` where it is a month), a sentence, more of it, and the record it was."""

    on: date
    title: str
    text: str = ""
    tone: str = "neutral"
    reference: str = ""
    when: str = ""
    order: int = 0


def story(session: Session, actor: Actor, now: datetime, theme: Record, *, language: str = "de") -> list[Moment]:
    """Everything from the first report to today, the oldest first; the number of statements does not grow with it."""
    telling = _Telling(session, theme, language, chain_records(session, actor, now, theme))
    moments = [
        *telling.arrivals(),
        *telling.events(),
        *telling.decisions(decisions_of(session, theme)),
        *telling.publications(publications_of(session, theme)),
    ]
    return sorted(moments, key=lambda one: (one.on, one.order))


class _Telling:
    def __init__(self, session: Session, theme: Record, language: str, chain: Sequence[Record]) -> None:
        self.session = session
        self.theme = theme
        self.language = language
        self.records = {one.id: one for one in (theme, *chain)}

    def say(self, german: str, english: str) -> str:
        return english if self.language == "en" else german

    def arrivals(self) -> Iterator[Moment]:
        joined = (RecordLink.to_id == self.theme.id, RecordLink.kind == KIND, RecordLink.cases.is_not(None))
        few = self.session.scalars(
            select(Record)
            .join(RecordLink, RecordLink.from_id == Record.id)
            .where(*joined)
            .options(joinedload(Record.version).defer(ProcessVersion.document))
            .order_by(Record.created_at)
            .limit(NAMED_ONE_BY_ONE + 1)
        ).all()
        if len(few) <= NAMED_ONE_BY_ONE:
            for report in few:
                yield from self._report(report)
            return
        day = func.date(Record.created_at)
        rows = self.session.execute(
            select(day, func.count(), func.sum(RecordLink.cases))
            .select_from(RecordLink)
            .join(Record, Record.id == RecordLink.from_id)
            .where(*joined)
            .group_by(day)
        )
        yield from self._by_month((date.fromisoformat(str(when)[:10]), number) for when, number, _cases in rows)

    def _report(self, report: Record) -> Iterator[Moment]:
        title = self.say(f"Meldung {report.reference} ging ein", f"Report {report.reference} arrived")
        yield Moment(local_day(report.created_at), title, report.title, "info", report.reference, order=-2)
        if is_withdrawn(definition_of(report.version), report.state):
            gone = self.say(
                f"Meldung {report.reference} wurde zurückgezogen", f"Report {report.reference} was withdrawn"
            )
            yield Moment(local_day(report.state_since), gone, reference=report.reference, order=10**12)

    def _by_month(self, days: Iterator[tuple[date, int]]) -> Iterator[Moment]:
        months: dict[tuple[int, int], list[tuple[date, int]]] = {}
        for day, number in days:
            months.setdefault((day.year, day.month), []).append((day, number))
        for (year, month), found in months.items():
            number = sum(one for _day, one in found)
            german = "1 Meldung ging ein" if number == 1 else f"{number} Meldungen gingen ein"
            english = "1 report arrived" if number == 1 else f"{number} reports arrived"
            names = MONTHS_EN if self.language == "en" else MONTHS_DE
            first = min(day for day, _number in found)
            yield Moment(first, self.say(german, english), "", "info", when=f"{names[month - 1]} {year}", order=-2)

    def events(self) -> Iterator[Moment]:
        wanted = select(Event).where(Event.record_id.in_(list(self.records)), Event.tag.in_([one.text for one in TOLD]))
        for event in self.session.scalars(wanted.order_by(Event.seq)):
            record = self.records[event.record_id or 0]
            told = self._told(record, event.tag, json.loads(event.payload), by_person=event.actor_id is not None)
            if told is not None:
                title, text, tone = told
                on = local_day(datetime.fromisoformat(event.at))
                mine = record.id == self.theme.id
                yield Moment(on, title, text, tone, "" if mine else record.reference, order=event.seq)

    def _told(
        self, record: Record, tag: str, payload: Mapping[str, object], *, by_person: bool
    ) -> tuple[str, str, str] | None:
        mine = record.id == self.theme.id
        definition = definition_of(record.version)
        kind = pick(definition.title, self.language)
        if tag == Tag.RECORD_SUBMIT.text:
            if mine:
                return self.say("Das Thema wurde angelegt", "The theme was begun"), "", "info"
            return (
                self.say(f"{kind} {record.reference} begonnen", f"{kind} {record.reference} begun"),
                record.title,
                "info",
            )
        if tag == Tag.RECORD_TRANSITION.text:
            stayed = payload.get("old") == payload.get("new")
            if not payload.get("complete", True) or (stayed and not by_person):
                return None
            state = definition.workflow.states.get(str(payload["new"]))
            step = definition.workflow.transition_by_id.get(str(payload["transition"]))
            label = pick(step.label, self.language) if step is not None else ""
            reached = pick(state.label, self.language) if state is not None else str(payload["new"])
            title = label if mine else f"{kind} {record.reference}: {label}"
            if stayed:
                return (title, "", "info") if label else None
            return (
                title,
                self.say(f"Stand: {reached}", f"State: {reached}"),
                state.tone if state is not None else "neutral",
            )
        if tag == Tag.RECORD_LINK.text:
            if not mine or payload.get("kind") != SPLIT:
                return None
            other = payload["other"]
            return (
                self.say(f"Geteilt: Es gehört zusammen mit {other}", f"Split: it belongs together with {other}"),
                "",
                "info",
            )
        return self._merged(tag, payload)

    def _merged(self, tag: str, payload: Mapping[str, object]) -> tuple[str, str, str] | None:
        other, source = payload["other"], payload["role"] == "source"
        if tag == Tag.THEME_MERGE.text:
            title = (
                self.say(f"In {other} aufgegangen", f"Merged into {other}")
                if source
                else self.say(f"{other} ist hier aufgegangen", f"{other} was merged into this theme")
            )
        else:
            title = self.say(f"Zusammenlegung mit {other} zurückgenommen", f"Merge with {other} taken back")
        return title, "", "info"

    def decisions(self, decisions: Sequence[Decision]) -> Iterator[Moment]:
        for one in decisions:
            title = f"{self.say('Beschluss', 'Decision')} {one.reference}: {result_in_words(one, self.language)}"
            votes = votes_in_words(one, self.language)
            text = "\n".join(filter(None, (one.title, votes)))
            paper = one.paper.reference if one.paper is not None and one.paper.id in self.records else ""
            yield Moment(one.decided_on, title, text, TONES[one.result], paper, order=10**12)

    def publications(self, publications: Sequence[Publication]) -> Iterator[Moment]:
        for one in publications:
            title = self.say("Ergebnis veröffentlicht", "Result published")
            yield Moment(local_day(one.first_published_at), title, one.title, "success", order=10**12 + 1)
            if one.withdrawn_at is not None:
                gone = self.say("Veröffentlichung zurückgenommen", "Publication withdrawn")
                yield Moment(local_day(one.withdrawn_at), gone, one.withdrawn_reason, "warning", order=10**12 + 2)


def result_in_words(decision: Decision, language: str) -> str:
    """How a decision came out, in the words of the register."""
    return result_words(lambda german, english: english if language == "en" else german)[decision.result]


def votes_in_words(decision: Decision, language: str) -> str:
    """``12 Ja, 1 Nein, 2 enthalten``; empty when the votes were not counted."""
    words = (
        (decision.votes_yes, "Ja", "yes"),
        (decision.votes_no, "Nein", "no"),
        (decision.votes_abstained, "enthalten", "abstained"),
    )
    found = [
        f"{number} {english if language == 'en' else german}" for number, german, english in words if number is not None
    ]
    return ", ".join(found)
