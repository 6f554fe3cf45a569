"""The preview of a publication: the page as it would be public now, what looks like personal data, and who will be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import Publication, PublicationIssue, Record
from ...permissions import Actor
from ..catalogues import catalogues
from ..processes import definition_of
from ..publication_consequences import consequences
from ..publication_content import NOTE, THEME, Finding, Snapshot, findings, published_fields, snapshot
from ..publishing import differs, station_of_record
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
        consequences=consequences(session, actor, now, record, shown, language),
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
