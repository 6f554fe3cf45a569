"""Motions of members for the agenda: sent in with or without an account's help, taken or refused with an answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import AgendaItem, AgendaProposal, Body, Meeting, Person
from ...permissions import Actor
from ...rules.late_items import motion_in_time
from ...rules.verdict import Verdict
from .. import audit, outbox
from ..bodies.access import BERLIN, Standing, day_of, require_work, standing
from ..bodies.rulebooks import rulebook_at
from ..refusals import InputRefused, NotPermitted, NotVisible, StepRefused
from .agenda import Point, add_item

LONGEST = {"title": 300, "text": 4000, "answer": 2000}
MOST_OPEN = 20


def propose_item(
    session: Session, actor: Actor, now: datetime, *, body: Body, meeting: Meeting | None, title: str, text: str = "",
    person: Person | None = None,
) -> AgendaProposal:  # fmt: skip
    """A motion for the next meeting of the body (or ``meeting``), also after the deadline.

    Members move for themselves; the office may write one down for ``person``. Raises :class:`NotPermitted` for guests
    and strangers, :class:`StepRefused` for a meeting that was opened, :class:`InputRefused` by field.
    """
    found = standing(session, actor, body, day_of(meeting) if meeting else now.astimezone(BERLIN).date())
    if found < Standing.MEMBER or (found is Standing.WORK and person is None):
        raise NotPermitted()
    if found is Standing.MEMBER:
        person = session.scalars(select(Person).where(Person.user_id == actor.user_id).order_by(Person.id)).first()
    if meeting is not None and meeting.record.state not in ("geplant", "freigegeben", "eingeladen"):
        raise StepRefused(["Für diese Sitzung lassen sich keine Punkte mehr vorschlagen."])
    title, text = _checked(title, text)
    waiting = select(AgendaProposal).where(
        AgendaProposal.body_id == body.id, AgendaProposal.person_id == (person.id if person else None),
        AgendaProposal.state == "open",
    )  # fmt: skip
    mine = session.scalars(waiting).all()
    if (again := next((one for one in mine if one.title == title and one.text == text), None)) is not None:
        return again
    if len(mine) >= MOST_OPEN:
        raise InputRefused({"title": f"Von Ihnen warten schon {MOST_OPEN} Vorschläge auf eine Antwort."})
    proposal = AgendaProposal(
        body=body, body_id=body.id, meeting_id=meeting.record_id if meeting else None, person=person, title=title, text=text,
        received_at=now,
    )  # fmt: skip
    session.add(proposal)
    session.flush()  # the event names its id
    _tell(session, actor, now, proposal, meeting, "made", title)
    return proposal


def verdict_of(session: Session, proposal: AgendaProposal, meeting: Meeting) -> Verdict:
    """Whether the motion came in time for that meeting, by its rules."""
    received = proposal.received_at.astimezone(BERLIN).date()
    return motion_in_time(rulebook_at(session, meeting), day_of(meeting), received)


def open_proposals(session: Session, meeting: Meeting) -> list[AgendaProposal]:
    """What waits for an answer: motions for this meeting and for the next one whichever it is."""
    return list(
        session.scalars(
            select(AgendaProposal)
            .where(
                AgendaProposal.body_id == meeting.body_id,
                AgendaProposal.state == "open",
                AgendaProposal.meeting_id.is_(None) | (AgendaProposal.meeting_id == meeting.record_id),
            )
            .order_by(AgendaProposal.received_at, AgendaProposal.id)
        )
    )


def own_proposals(session: Session, actor: Actor, meeting: Meeting) -> list[AgendaProposal]:
    """What this person has moved for the meeting, with what became of it."""
    if actor.user_id is None:
        return []
    return list(
        session.scalars(
            select(AgendaProposal)
            .join(Person, Person.id == AgendaProposal.person_id)
            .where(
                Person.user_id == actor.user_id,
                AgendaProposal.body_id == meeting.body_id,
                AgendaProposal.meeting_id.is_(None) | (AgendaProposal.meeting_id == meeting.record_id),
            )
            .order_by(AgendaProposal.id)
        )
    )


def proposal_of(session: Session, meeting: Meeting, proposal_id: int) -> AgendaProposal:
    """A motion that concerns this meeting. Raises :class:`NotVisible`."""
    found = session.get(AgendaProposal, proposal_id)
    if found is None or found.body_id != meeting.body_id or found.meeting_id not in (None, meeting.record_id):
        raise NotVisible()
    return found


def take_proposal(
    session: Session, actor: Actor, now: datetime, *, proposal: AgendaProposal, meeting: Meeting, answer: str = ""
) -> AgendaItem:
    """Puts the motion on the agenda and tells whoever moved it. Raises as ``agenda.add_item``; :class:`StepRefused` twice."""
    _require_open(actor, proposal)
    answer = _answer(answer, needed=False)
    point = Point(
        proposal.title, "discussion", text=proposal.text, presenter=proposal.person.name if proposal.person else ""
    )
    item = add_item(session, actor, now, meeting=meeting, point=point, source="proposal")
    proposal.item_id, proposal.meeting_id = item.id, meeting.record_id
    _settle(session, actor, now, proposal, meeting, "taken", answer)
    return item


def refuse_proposal(
    session: Session, actor: Actor, now: datetime, *, proposal: AgendaProposal, meeting: Meeting, answer: str
) -> None:
    """Leaves the motion off the agenda, with a reason that whoever moved it gets by mail."""
    _require_open(actor, proposal)
    _settle(session, actor, now, proposal, meeting, "refused", _answer(answer, needed=True))


def withdraw_proposal(session: Session, actor: Actor, now: datetime, *, proposal: AgendaProposal) -> None:
    """Whoever moved it takes it back while it is open. Raises :class:`NotPermitted`, :class:`StepRefused`."""
    if proposal.person is None or actor.user_id is None or proposal.person.user_id != actor.user_id:
        raise NotPermitted()
    if proposal.state != "open":
        raise StepRefused(["Über diesen Vorschlag ist schon entschieden."])
    proposal.state, proposal.answered_at = "withdrawn", now
    meeting = session.get(Meeting, proposal.meeting_id) if proposal.meeting_id else None
    _tell(session, actor, now, proposal, meeting, "withdrawn", "")


def _settle(
    session: Session, actor: Actor, now: datetime, proposal: AgendaProposal, meeting: Meeting, state: str, answer: str
) -> None:
    proposal.state, proposal.answer = state, answer
    proposal.answered_at, proposal.answered_by_id = now, actor.user_id
    _tell(session, actor, now, proposal, meeting, state, answer)
    person = proposal.person
    if person is None or not person.email:
        return
    said = {"taken": "steht auf der Tagesordnung", "refused": "kommt nicht auf die Tagesordnung"}[state]
    text = f"Guten Tag {person.name},\n\nIhr Vorschlag „{proposal.title}“ {said} der Sitzung am {day_of(meeting):%d.%m.%Y}."
    text += f"\n\nBegründung: {answer}" if state == "refused" else f"\n\n{answer}" if answer else ""
    outbox.queue(
        session, now, controller_id=meeting.record.controller_id, kind="agenda_proposal",
        to=[(person.email, person.user_id)], subject=f"Ihr Vorschlag für die Tagesordnung: {proposal.title}"[:300], text=text,
        record=meeting.record,
    )  # fmt: skip


def _require_open(actor: Actor, proposal: AgendaProposal) -> None:
    require_work(actor, proposal.body)
    if proposal.state != "open":
        raise StepRefused(["Über diesen Vorschlag ist schon entschieden."])


def _tell(
    session: Session,
    actor: Actor,
    now: datetime,
    proposal: AgendaProposal,
    meeting: Meeting | None,
    what: str,
    text: str,
) -> None:
    audit.record(
        session, actor, now, audit.Tag.PROPOSAL_CHANGE, about=meeting.record if meeting else None,
        controller_id=proposal.body.controller_id, proposal=proposal.id, what=what, text=audit.Erasable(text),
    )  # fmt: skip


def _checked(title: str, text: str) -> tuple[str, str]:
    title, text = title.strip(), text.strip()
    errors = {} if title else {"title": "Geben Sie an, worum es geht."}
    for key, value in (("title", title), ("text", text)):
        if len(value) > LONGEST[key] or "\x00" in value:
            errors[key] = f"Bitte höchstens {LONGEST[key]} Zeichen."
    if errors:
        raise InputRefused(errors)
    return title, text


def _answer(answer: str, *, needed: bool) -> str:
    answer = answer.strip()
    if needed and not answer:
        raise InputRefused({"answer": "Schreiben Sie, warum der Punkt nicht auf die Tagesordnung kommt."})
    if len(answer) > LONGEST["answer"] or "\x00" in answer:
        raise InputRefused({"answer": f"Bitte höchstens {LONGEST['answer']} Zeichen."})
    return answer
