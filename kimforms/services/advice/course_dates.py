"""Dates of courses and tests: entered by providers, approved by the coordination, read by list, calendar and digest.

Each is a record of process ``course_date``. Its steps carry the effect ``call: {name: course_date}``, by which
:func:`keep_in_step` writes the row that lists and calendars read, and tells advisers what is new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from ...models import CourseDate, Record, RoleGrant, User
from ...permissions import Actor
from ...rules.series import local
from .. import outbox
from ..records.facts import BERLIN, local_day
from ..refusals import InputRefused

PROCESS = "course_date"
PUBLISHED, GONE = "veroeffentlicht", ("zurueckgezogen", "abgelehnt")
TOLD_ROLES = ("adviser", "case_manager", "coordinator", "naturalisation")
MOST = 200
SHOWN = ("bezeichnung", "anbieter", "ort", "kurs_bis", "kurszeiten", "anmeldung", "internetseite", "kosten",
         "barrierefrei", "hinweise")  # fmt: skip
"""The answers that are public besides the columns of :class:`CourseDate`; nothing of the provider's contact is here."""
MOVED = {"tag": "neuer_tag", "beginn": "neuer_beginn", "ende": "neues_ende"}


@dataclass(frozen=True)
class Times:
    """When a date is."""

    starts_at: datetime
    ends_at: datetime
    register_until: date | None


def keep_in_step(session: Session, _actor: Actor, now: datetime, record: Record, occasion: Any) -> None:
    """Brings the row of a date in step with its record, after each step of the workflow.

    What calendars may have seen gets a higher SEQUENCE (RFC 5545, 3.8.7.4). Raises :class:`InputRefused` for a day that
    is past and for an end before its beginning; then nothing of the step happens.
    """
    names = MOVED if set(MOVED.values()) <= occasion.form.keys() else {}
    row = session.get(CourseDate, record.id)
    times = times_of(record.answers, names)
    fresh = row is None
    if row is None:
        row = CourseDate(record_id=record.id, uid=f"{uuid4()}@kimforms", kind="", data={})
        session.add(row)
    if fresh or names:
        _refuse_past(times, now, names)
    before = (row.starts_at, row.ends_at) if not fresh else None
    row.kind = str(record.answers["art"])
    row.starts_at, row.ends_at, row.register_until = times.starts_at, times.ends_at, times.register_until
    row.municipality = record.answers.get("kommune")
    row.data = {name: record.answers[name] for name in SHOWN if record.answers.get(name) not in (None, "")}
    moved = before is not None and before != (row.starts_at, row.ends_at)
    _tell_and_count(session, now, record, row, moved)


def times_of(answers: Mapping[str, Any], names: Mapping[str, str] | None = None) -> Times:
    """Begin and end of the answers as moments. ``names`` are the fields to which a refusal belongs, where they differ."""
    named = names or {}
    day = date.fromisoformat(str(answers["tag"]))
    starts = local(day, time.fromisoformat(str(answers["beginn"])))
    ends = local(day, time.fromisoformat(str(answers["ende"])))
    errors = {}
    if ends.astimezone(UTC) <= starts.astimezone(UTC):
        errors[named.get("ende", "ende")] = "Das Ende muss nach dem Beginn liegen."
    until = date.fromisoformat(str(answers["anmeldeschluss"])) if answers.get("anmeldeschluss") else None
    last = date.fromisoformat(str(answers["kurs_bis"])) if answers.get("kurs_bis") else None
    if not named and last is not None and last < day:
        errors["kurs_bis"] = "Der letzte Kurstag kann nicht vor dem ersten liegen."
    if not named and until is not None and until > (last or day):
        errors["anmeldeschluss"] = "Der Anmeldeschluss kann nicht nach dem Termin liegen."
    if errors:
        raise InputRefused(errors)
    return Times(starts, ends, until)


def _refuse_past(times: Times, now: datetime, names: Mapping[str, str]) -> None:
    if times.starts_at.astimezone(UTC) <= now:
        raise InputRefused(
            {names.get("tag", "tag"): "Der Termin liegt in der Vergangenheit. Geben Sie einen kommenden Tag ein."}
        )


def _tell_and_count(session: Session, now: datetime, record: Record, row: CourseDate, moved: bool) -> None:
    """Who was told of a date is told of its end and of its new time as well; nobody hears of one never published."""
    if record.state == PUBLISHED and row.told_at is None:
        row.told_at = now
        _tell(session, now, record, row, "Neuer Termin")
    elif row.told_at is not None and (moved or record.state in GONE):
        row.sequence = (row.sequence or 0) + 1
        _tell(session, now, record, row, "Termin abgesagt" if record.state in GONE else "Termin verschoben")


def _tell(session: Session, now: datetime, record: Record, row: CourseDate, what: str) -> None:
    """An item of the daily mail for advisers, case management, coordination and naturalisation offices, of all controllers."""
    people = session.scalars(
        select(User)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.role.in_(TOLD_ROLES), User.active)
        .where(RoleGrant.valid_until.is_(None) | (RoleGrant.valid_until >= local_day(now)))
        .distinct()
        .order_by(User.id)
    ).all()
    begins = row.starts_at.astimezone(BERLIN)
    outbox.set_aside(
        session,
        now,
        users=people,
        controller_id=record.controller_id,
        subject=f"{what}: {record.title}",
        text=(
            f"{begins:%d.%m.%Y, %H:%M} Uhr, {row.data.get('anbieter', '')}, {row.data.get('ort', '')}\n"
            f"{outbox.absolute('/naturalisation/dates')}"
        ),
    )


def upcoming_dates(
    session: Session, day: date, *, kind: str | None = None, municipality: str | None = None, limit: int = MOST
) -> list[CourseDate]:
    """Published dates from ``day`` on (Europe/Berlin), the next first; one query, with their records."""
    wanted = (
        select(CourseDate)
        .join(CourseDate.record)
        .where(Record.state == PUBLISHED, CourseDate.starts_at >= datetime.combine(day, time(), BERLIN))
        .options(contains_eager(CourseDate.record))
        .order_by(CourseDate.starts_at, CourseDate.record_id)
        .limit(limit)
    )
    if kind is not None:
        wanted = wanted.where(CourseDate.kind == kind)
    if municipality is not None:
        wanted = wanted.where(CourseDate.municipality == municipality)
    return list(session.scalars(wanted))


def waiting(session: Session) -> list[CourseDate]:
    """Dates that the coordination has not looked at yet, the oldest first."""
    wanted = (
        select(CourseDate)
        .join(CourseDate.record)
        .where(Record.state == "eingereicht")
        .options(contains_eager(CourseDate.record))
        .order_by(CourseDate.record_id)
    )
    return list(session.scalars(wanted.limit(MOST)))


def for_calendar(session: Session, now: datetime, past: timedelta) -> list[CourseDate]:
    """What a calendar shows: all that were ever published and begin after ``now - past``, withdrawn ones too."""
    wanted = (
        select(CourseDate)
        .join(CourseDate.record)
        .where(CourseDate.told_at.is_not(None), CourseDate.starts_at >= now - past)
        .options(contains_eager(CourseDate.record).joinedload(Record.controller))
        .order_by(CourseDate.starts_at, CourseDate.record_id)
        .limit(1000)
    )
    return list(session.scalars(wanted))
