"""The rules of procedure of a body: what is in force on a day, and a new version of it.

Versions are never changed; a later one takes the place of an earlier one from its ``valid_from`` on. Whatever a body
has not set comes from the profile's list of defaults (entries ``rule`` of the catalogue).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...models import Body, CatalogueEntry, Meeting, Record
from ...models import Rulebook as RulebookVersion
from ...permissions import Actor, may
from ...rules.rulebook import Rulebook, RulebookRefused
from ...rules.rulebook_words import differences
from .. import audit
from ..refusals import InputRefused, NotPermitted
from .access import day_of

RULE = "rule"
GROUP = "rule_group"
LONGEST = {"title": 200, "note": 4000}
CALLED_OFF = "abgesagt"


def rulebook_of(session: Session, body: Body, day: date) -> Rulebook:
    """The rules in force for a body on that day; defaults where the body has set nothing. Two queries."""
    return as_rules(session, version_on(session, body, day))


def rulebook_at(session: Session, meeting: Meeting) -> Rulebook:
    """The rules of a meeting: the version pinned at dispatch, before that the version of its day."""
    return as_rules(session, version_at(session, meeting))


def version_at(session: Session, meeting: Meeting) -> RulebookVersion | None:
    """The version that counts for a meeting; None where the body has none."""
    return meeting.rulebook if meeting.pinned else version_on(session, meeting.body, day_of(meeting))


def pin_rulebook(session: Session, meeting: Meeting) -> None:
    """Fixes the version of the meeting's day, at dispatch. A meeting that is pinned already keeps its version."""
    if not meeting.pinned:
        meeting.rulebook = version_on(session, meeting.body, day_of(meeting))
        meeting.pinned = True


def version_on(session: Session, body: Body, day: date) -> RulebookVersion | None:
    """The version in force on that day; None where the body has none yet."""
    return session.scalars(
        select(RulebookVersion)
        .where(RulebookVersion.body_id == body.id, RulebookVersion.valid_from <= day)
        .order_by(RulebookVersion.valid_from.desc(), RulebookVersion.number.desc())
        .limit(1)
    ).one_or_none()


def as_rules(session: Session, version: RulebookVersion | None) -> Rulebook:
    """The values of a version over the defaults of the profile."""
    return Rulebook.from_values(version.values if version else {}, defaults(session))


def defaults(session: Session) -> dict[str, Any]:
    """The profile's default of each parameter, by id; empty where the profile has no list. One query for a session."""
    found: dict[str, Any] | None = session.info.get(RULE)
    if found is None:
        rows = session.execute(
            select(CatalogueEntry.slug, CatalogueEntry.data).where(CatalogueEntry.kind == RULE, CatalogueEntry.active)
        )
        found = {slug: data["default"] for slug, data in rows}
        session.info[RULE] = found
    return found


@dataclass(frozen=True)
class NewVersion:
    """What a body adopts: only the values that it sets itself, from which day, under which title."""

    values: Mapping[str, Any]
    valid_from: date
    title: str
    note: str = ""


def adopt_rulebook(session: Session, actor: Actor, now: datetime, body: Body, new: NewVersion) -> RulebookVersion:
    """Puts a new version in force from a day on.

    Raises :class:`NotPermitted` for all but the office, and :class:`InputRefused` with a sentence for each field:
    values that do not fit, nothing changed, a day that is not after the last version, or a day on which or after which
    the body has already met.
    """
    if not may(actor, "rulebook:work", body.controller_id):
        raise NotPermitted()
    checked = check_new(session, body, new)
    number = (session.scalar(_numbers(body)) or 0) + 1
    version = RulebookVersion(
        body=body,
        number=number,
        valid_from=new.valid_from,
        title=new.title.strip(),
        note=new.note.strip(),
        values=checked.set_values(),
        adopted_at=now,
        adopted_by_id=actor.user_id,
    )
    session.add(version)
    session.flush()  # meetings are pinned to its number from now on
    audit.record(
        session, actor, now, audit.Tag.RULEBOOK_ADOPT,
        controller_id=body.controller_id, body=body.slug, number=number, valid_from=new.valid_from.isoformat(),
        title=version.title, values=version.values,
    )  # fmt: skip
    return version


def check_new(session: Session, body: Body, new: NewVersion) -> Rulebook:
    """The rules that a new version would give; raises :class:`InputRefused` as :func:`adopt_rulebook` does."""
    errors: dict[str, str] = {}
    checked: Rulebook | None = None
    try:
        checked = Rulebook.from_values(new.values, defaults(session))
    except RulebookRefused as refused:
        errors.update(refused.problems)
    if not new.title.strip():
        errors["title"] = "Geben Sie an, wie diese Fassung heißt."
    for key, most in LONGEST.items():
        if len(getattr(new, key).strip()) > most:
            errors[key] = f"Bitte höchstens {most} Zeichen."
    if refused_day := _day_refused(session, body, new.valid_from):
        errors["valid_from"] = refused_day
    if checked is not None and not errors:
        last = _last(session, body)
        if last is not None and not differences(as_rules(session, last), checked):
            errors["values"] = f"Die Angaben sind dieselben wie in Fassung {last.number}."
    if errors or checked is None:
        raise InputRefused(errors)
    return checked


def _numbers(body: Body) -> Any:
    return select(func.max(RulebookVersion.number)).where(RulebookVersion.body_id == body.id)


def _last(session: Session, body: Body) -> RulebookVersion | None:
    return session.scalars(
        select(RulebookVersion)
        .where(RulebookVersion.body_id == body.id)
        .order_by(RulebookVersion.valid_from.desc(), RulebookVersion.number.desc())
        .limit(1)
    ).one_or_none()


def _day_refused(session: Session, body: Body, day: date) -> str | None:
    """Why a version cannot begin on that day, as a sentence."""
    last = _last(session, body)
    if last is not None and day <= last.valid_from:
        return f"Fassung {last.number} gilt ab {last.valid_from:%d.%m.%Y}; eine neue Fassung gilt frühestens am Tag danach."
    held = session.scalars(
        select(Meeting)
        .join(Record, Record.id == Meeting.record_id)
        .where(Meeting.body_id == body.id, Meeting.opened_at.is_not(None), Record.state != CALLED_OFF)
        .order_by(Meeting.starts_at.desc())
        .limit(1)
    ).one_or_none()
    if held is not None and day <= (met := day_of(held)):
        return (
            f"Am {met:%d.%m.%Y} hat das Gremium schon getagt, nach den bisherigen Regeln; wählen Sie einen Tag danach."
        )
    return None
