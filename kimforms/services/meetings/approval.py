"""Approval of the agenda of steering bodies by their managing director (Geschäftsführung), before anything is sent."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import Event, Meeting, Person
from ...permissions import Actor
from .. import audit, outbox
from ..bodies.access import STEERING, day_of, require_work
from ..bodies.people import officers_on
from ..refusals import InputRefused, NotPermitted, StaleVersion, StepRefused
from .agenda import top_items
from .moving import take_step, touch
from .offers import refresh_numbers

LONGEST = 2000
STEP = audit.Tag.RECORD_TRANSITION.text


def approvers(session: Session, meeting: Meeting) -> list[Person]:
    """Who holds the office of managing director on the day of the meeting."""
    return [
        one.person for one in officers_on(session, meeting.body, day_of(meeting)) if one.function == "managing_director"
    ]


def may_approve(session: Session, actor: Actor, meeting: Meeting) -> bool:
    """Whether this person approves the agenda: the managing director, with an account of the role ``office``."""
    return (
        actor.user_id is not None
        and "office" in actor.roles(meeting.body.controller_id)
        and any(person.user_id == actor.user_id for person in approvers(session, meeting))
    )


def ask_for_approval(
    session: Session, actor: Actor, now: datetime, *, meeting: Meeting, row_version: int | None = None
) -> int:
    """Tells the managing director by mail that the agenda is ready; returns how many were told.

    Raises :class:`NotPermitted`, :class:`StaleVersion`, :class:`StepRefused` when nobody holds the office, nobody has an
    address, or there is nothing to approve.
    """
    require_work(actor, meeting.body)
    _require(meeting, row_version)
    people = [one for one in approvers(session, meeting) if one.email]
    if not people:
        raise StepRefused(["Für dieses Gremium ist keine Geschäftsführung mit E-Mail-Adresse eingetragen."])
    _require_items(session, meeting)
    for person in people:
        outbox.queue(
            session, now, controller_id=meeting.record.controller_id, kind="agenda_approval",
            to=[(str(person.email), person.user_id)], record=meeting.record,
            subject=f"{meeting.record.reference}: Bitte Tagesordnung freigeben",
            text=f"Guten Tag,\n\ndie Tagesordnung für „{meeting.record.title}“ am {day_of(meeting):%d.%m.%Y} ist fertig. "
            "Bitte sehen Sie sie durch und geben Sie sie frei, oder geben Sie sie mit einer Bemerkung zurück.",
            link=f"/meetings/{meeting.record.reference}/agenda", link_label="Tagesordnung öffnen",
        )  # fmt: skip
    audit.record(session, actor, now, audit.Tag.AGENDA_APPROVAL, about=meeting.record, what="asked", comment=None)
    touch(meeting, now)
    return len(people)


def asked_at(session: Session, meeting: Meeting) -> datetime | None:
    """Since when the managing director has been asked and has not answered; None once it was given back or approved."""
    if meeting.record.state != "geplant":
        return None
    last = session.execute(
        select(Event.at, Event.payload)
        .where(Event.record_id == meeting.record_id, Event.tag.in_((audit.Tag.AGENDA_APPROVAL.text, STEP)))
        .order_by(Event.seq.desc())
        .limit(1)
    ).first()
    asked = last is not None and json.loads(last.payload).get("what") == "asked"
    return datetime.fromisoformat(last.at) if last is not None and asked else None


def approve_agenda(
    session: Session, actor: Actor, now: datetime, *, meeting: Meeting, row_version: int | None = None
) -> None:
    """The agenda may go out as it is. Raises as :func:`ask_for_approval`; :class:`NotPermitted` for all but the approver."""
    if not may_approve(session, actor, meeting):
        raise NotPermitted("Die Tagesordnung gibt nur die Geschäftsführung des Gremiums frei.")
    _require(meeting, row_version)
    _require_items(session, meeting)
    take_step(session, actor, now, meeting, "freigeben")
    meeting.agenda_approved_at, meeting.agenda_approved_by_id = now, actor.user_id
    refresh_numbers(session, actor, now, meeting)


def return_agenda(
    session: Session, actor: Actor, now: datetime, *, meeting: Meeting, comment: str, row_version: int | None = None
) -> None:
    """Gives the agenda back with a comment, also one that was approved already; whoever planned the meeting is told."""
    if not may_approve(session, actor, meeting):
        raise NotPermitted("Die Tagesordnung gibt nur die Geschäftsführung des Gremiums zurück.")
    if row_version is not None and row_version != meeting.record.row_version:
        raise StaleVersion("Inzwischen hat jemand anderes diese Sitzung geändert.", current=meeting)
    if meeting.record.state not in ("geplant", "freigegeben"):
        raise StepRefused(["Die Einladung ist schon versandt; die Tagesordnung lässt sich nicht mehr zurückgeben."])
    comment = comment.strip()
    if not comment:
        raise InputRefused({"comment": "Schreiben Sie, was zu ändern ist."})
    if len(comment) > LONGEST or "\x00" in comment:
        raise InputRefused({"comment": f"Bitte höchstens {LONGEST} Zeichen."})
    if meeting.record.state == "freigegeben":
        meeting.agenda_approved_at = meeting.agenda_approved_by_id = None
        take_step(session, actor, now, meeting, "zurueckgeben")
    audit.record(
        session, actor, now, audit.Tag.AGENDA_APPROVAL, about=meeting.record,
        what="returned", comment=audit.Erasable(comment),
    )  # fmt: skip
    touch(meeting, now)
    creator = meeting.record.creator
    if creator is not None:
        outbox.notify(
            session, now, users=[creator], controller_id=meeting.record.controller_id, kind="agenda_returned",
            subject=f"{meeting.record.reference}: Tagesordnung mit Bemerkung zurück", record=meeting.record,
            text=f"Guten Tag,\n\ndie Tagesordnung für „{meeting.record.title}“ kam mit dieser Bemerkung zurück:\n\n{comment}",
            link=f"/meetings/{meeting.record.reference}/agenda", link_label="Tagesordnung öffnen",
        )  # fmt: skip


def _require(meeting: Meeting, row_version: int | None) -> None:
    if row_version is not None and row_version != meeting.record.row_version:
        raise StaleVersion("Inzwischen hat jemand anderes diese Sitzung geändert.", current=meeting)
    if meeting.body.formality != STEERING:
        raise StepRefused(["Nur Gremien mit Geschäftsordnung geben ihre Tagesordnung frei."])
    if meeting.record.state != "geplant":
        said = "ist schon freigegeben" if meeting.record.state == "freigegeben" else "ist nicht mehr freizugeben"
        raise StepRefused([f"Die Tagesordnung {said}."])


def _require_items(session: Session, meeting: Meeting) -> None:
    if not top_items(session, meeting):
        raise StepRefused(["Auf der Tagesordnung steht noch nichts."])
