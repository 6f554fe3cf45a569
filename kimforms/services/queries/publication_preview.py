"""The preview of a publication: the page as it would be public now, what looks like personal data, and who will be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import Publication, PublicationIssue, Record
from ...permissions import Actor, may
from .. import news
from ..catalogues import catalogues
from ..processes import definition_of
from ..publication_content import NOTE, SOLUTION, THEME, Finding, Snapshot, findings, published_fields, snapshot
from ..publishing import differs, station_of_record, theme_of
from ..records.facts import local_day
from ..refusals import NotVisible
from . import solution_entry
from .solution_entry import Change, Entry


@dataclass(frozen=True)
class Preview:
    """What the page shows. ``consequences`` says what publishing brings; ``slug`` is set when something is public."""

    entry: Entry
    changes: Sequence[Change]
    findings: Sequence[Finding]
    consequences: Sequence[str]
    slug: str | None
    withdrawn: bool
    unchanged: bool


def preview_of(session: Session, actor: Actor, now: datetime, record: Record, *, language: str = "de") -> Preview:
    """The preview of a record as it stands. The caller has checked that the actor reads the record in full.

    Raises :class:`NotVisible` for a process that publishes nothing, :class:`StepRefused` without a title.
    """
    definition = definition_of(record.version)
    if not definition.publishes:
        raise NotVisible()
    lists, today = catalogues(session), local_day(now)
    shown = snapshot(session, record, published_fields(definition), catalogues=lists, today=today)
    public = session.scalar(select(Publication).where(Publication.record_id == record.id))
    changes = _changes(public, shown, str(record.answers.get(NOTE) or ""), now, language)
    unchanged = public is not None and public.withdrawn_at is None and not differs(public, shown)
    return Preview(
        entry=_entry(record, shown, language),
        changes=changes,
        findings=findings(shown, record, lists, language),
        consequences=_consequences(session, actor, now, record, shown, public, language),
        slug=public.slug if public is not None else None,
        withdrawn=public is not None and public.withdrawn_at is not None,
        unchanged=unchanged,
    )


def _entry(record: Record, shown: Snapshot, language: str) -> Entry:
    files = [solution_entry.document(one.name, one.media_type, one.size) for one in shown.files]
    tags = [(name, label) for (name, _value), label in shown.tags.items()]
    station = station_of_record(record) if shown.kind == THEME else None
    return solution_entry.build(
        shown.kind, shown.title, shown.sort, station, shown.since, shown.content, tags, files, language
    )


def _changes(public: Publication | None, shown: Snapshot, note: str, now: datetime, language: str) -> list[Change]:
    """The trace as it would read: the corrections so far, and this one if it changes anything."""
    if public is None:
        return []
    coming = PublicationIssue(
        number=public.number + 1, title=shown.title, content=shown.content, note=note, published_at=now
    )
    found = solution_entry.changes_of([*public.issues, coming], language)
    return found if found and found[0].differences else found[1:]


def _consequences(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    shown: Snapshot,
    public: Publication | None,
    language: str,
) -> list[str]:
    english = language == "en"
    if shown.kind != SOLUTION:
        return [
            "Everybody can read this title and where the theme stands. Nobody is notified."
            if english
            else "Alle können diesen Titel lesen und wo das Thema steht. Benachrichtigt wird niemand."
        ]
    told = news.audience(
        session,
        theme_id=theme_of(session, record),
        fields=[value for name, value in shown.tags if name == "field_of_action"],
        controller_id=record.controller_id,
        today=local_day(now),
        correction=public is not None and public.news_number > 0,
    )
    correction = public is not None and public.news_number > 0
    return [*_public_words(public, english), _told_words(told, correction, _may_count(actor, record), english)]


def _may_count(actor: Actor, record: Record) -> bool:
    """How many people reported something is told only to those who read the reports themselves."""
    return may(actor, "inbox:read", record.controller_id)


def _public_words(public: Publication | None, english: bool) -> list[str]:
    if public is None:
        return [
            "The page becomes public at once: in the list, the search and the feeds."
            if english
            else "Die Seite wird sofort öffentlich: in der Liste, der Suche und den Feeds."
        ]
    if public.withdrawn_at is not None:
        return [
            "The withdrawn page becomes public again under its address."
            if english
            else "Die zurückgezogene Seite wird unter ihrer Adresse wieder öffentlich."
        ]
    return [
        "The public text is replaced. What changed stays public, with the earlier wording."
        if english
        else "Der öffentliche Text wird ersetzt. Was sich geändert hat, bleibt mit dem früheren Wortlaut nachzulesen."
    ]


def _told_words(told: news.Audience, correction: bool, may_count: bool, english: bool) -> str:
    if correction:
        number = _many(told.followers, "Abonnement", "Abonnements", "subscription", "subscriptions", english)
        return (
            f"Only those who want to hear of corrections are notified: {number}."
            if english
            else f"Benachrichtigt werden nur die, die von Korrekturen hören möchten: {number}."
        )
    if not may_count:
        return (
            "Those who reported the hurdle, the case managers and those who follow the field are notified."
            if english
            else "Benachrichtigt werden alle, die die Hürde gemeldet haben, das Case Management und die Abonnements."
        )
    parts = [
        _many(told.reporters, "meldende Person", "meldende Personen", "reporter", "reporters", english),
        _many(told.case_managers, "Person im Case Management", "Personen im Case Management", "case manager",
              "case managers", english),
        _many(told.followers, "Abonnement", "Abonnements", "subscription", "subscriptions", english),
    ]  # fmt: skip
    if english:
        return f"Notified are {parts[0]}, {parts[1]} and {parts[2]}."
    return f"Benachrichtigt werden {parts[0]}, {parts[1]} und {parts[2]}."


def _many(number: int, one: str, many: str, english_one: str, english_many: str, english: bool) -> str:
    words = (english_one, english_many) if english else (one, many)
    return f"{number} {words[number != 1]}"
