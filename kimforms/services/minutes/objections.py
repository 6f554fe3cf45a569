"""Objections (Einwendungen) against minutes that were sent: raised by link or account, answered by the office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...models import Minutes, MinutesObjection, Person
from ...permissions import Actor
from ...rules import minutes_rules, notice
from ...rules.verdict import Verdict
from .. import audit, outbox
from ..bodies.access import BERLIN, require_work
from ..bodies.rulebooks import rulebook_at
from ..meetings.notices import sending_of
from ..records.facts import local_day
from ..refusals import InputRefused, NotPermitted, NotVisible, StepRefused
from . import addenda, editing, files, handing, people, sending
from . import content as blocks

LONGEST = 5000
NOON = time(12)
LATE = "Sie ging nach Ablauf der Frist ein. Sie wird festgehalten und hindert nicht, dass die Niederschrift gilt."


@dataclass(frozen=True)
class Said:
    """An objection as somebody raises it: against which block, in which words; ``on``: when it came in, if not just now."""

    text: str
    block: str = ""
    on: date | None = None


def object_to(
    session: Session, actor: Actor, now: datetime, *, minutes: Minutes, person: Person, said: Said, via: str
) -> MinutesObjection:
    """Keeps an objection, in time or late; the office and the person get a mail. The same one again is the first one.

    ``via``: ``link``, ``page``, or ``office`` for what came by letter or telephone. Raises :class:`StepRefused` before
    sending, :class:`NotPermitted` for guests and others who did not get the minutes as members, :class:`InputRefused`.
    """
    if minutes.state not in editing.SENT:
        raise StepRefused(["Einwendungen sind möglich, sobald die Niederschrift versandt ist."])
    require_right(session, minutes, person)
    text = said.text.replace("\x00", "").replace("\r\n", "\n").strip()
    errors = {}
    if not text:
        errors["text"] = "Schreiben Sie, was nicht stimmt und wie es richtig heißt."
    elif len(text) > LONGEST:
        errors["text"] = f"Bitte höchstens {LONGEST} Zeichen."
    if said.block and blocks.find(minutes.content, said.block) is None:
        errors["block"] = "Wählen Sie einen Abschnitt der Niederschrift."
    day = said.on or local_day(now)
    if minutes.sent_at is not None and not local_day(minutes.sent_at) <= day <= local_day(now):
        errors["on"] = "Der Eingang liegt zwischen dem Versand der Niederschrift und heute."
    if errors:
        raise InputRefused(errors)
    for known in of_minutes(session, minutes):
        if known.person_id == person.id and known.state == "open" and (known.text, known.block) == (text, said.block):
            return known
    verdict = in_time(session, minutes, person, day)
    objection = MinutesObjection(
        meeting_id=minutes.meeting_id, person=person, block=said.block, text=text,
        received_at=now if day == local_day(now) else datetime.combine(day, NOON, BERLIN), via=via,
        in_time=verdict.ok and _counts(minutes, day), state="open",
    )  # fmt: skip
    session.add(objection)
    session.flush()  # the event names its id
    record = minutes.meeting.record
    audit.record(
        session, actor, now, audit.Tag.MINUTES_OBJECT,
        about=record, objection=objection.id, person=person.id, via=via, in_time=objection.in_time,
        text=audit.Erasable(text),
    )  # fmt: skip
    _tell_both(session, now, minutes, objection)
    return objection


def _counts(minutes: Minutes, day: date) -> bool:
    """Settled minutes stay settled; a letter that lay there before was in time all the same."""
    return minutes.settled_at is None or day < local_day(minutes.settled_at)


def in_time(session: Session, minutes: Minutes, person: Person, day: date) -> Verdict:
    """Whether an objection of this person still counts on that day, by when the minutes reached the person."""
    rulebook = rulebook_at(session, minutes.meeting)
    mine = [
        sending_of(one)
        for one in sending.recipients_of(session, minutes)
        if one.person_id == person.id and one.dispatch.snapshot.get("what") == sending.MINUTES
    ]
    sendings = [one for one in mine if one is not None and not one.bounced]
    if not sendings:
        return Verdict(True, "Die Frist hat noch nicht begonnen.", rulebook.cite("objection_period_days"))
    received = min(notice.receipt(rulebook, one.channel, one.sent_on).day for one in sendings)
    return minutes_rules.objection_in_time(rulebook, received, day)


def may_object(session: Session, minutes: Minutes, person: Person) -> bool:
    """Members and whoever has a function or a voice; guests read only."""
    return any(one.person.id == person.id and not one.guest for one in people.recipients(session, minutes.meeting))


def require_right(session: Session, minutes: Minutes, person: Person) -> None:
    """Raises :class:`NotPermitted` for whoever may not object."""
    if not may_object(session, minutes, person):
        raise NotPermitted("Einwendungen können Mitglieder des Gremiums erheben.")


def of_minutes(session: Session, minutes: Minutes) -> list[MinutesObjection]:
    """All objections, oldest first."""
    wanted = select(MinutesObjection).where(MinutesObjection.meeting_id == minutes.meeting_id)
    return list(session.scalars(wanted.options(joinedload(MinutesObjection.person)).order_by(MinutesObjection.id)))


def find(session: Session, minutes: Minutes, objection_id: int) -> MinutesObjection:
    """One objection of these minutes. Raises :class:`NotVisible`."""
    found = session.get(MinutesObjection, objection_id)
    if found is None or found.meeting_id != minutes.meeting_id:
        raise NotVisible()
    return found


def withdraw(
    session: Session, actor: Actor, now: datetime, *, minutes: Minutes, objection: MinutesObjection, by: Person | None
) -> None:
    """Whoever objected takes it back (``by``), or the office writes down that it was taken back. Twice is once.

    Raises :class:`NotPermitted` for others, :class:`StepRefused` when it was answered already.
    """
    if by is None or by.id != objection.person_id:
        require_work(actor, minutes.meeting.body)
    if objection.state == "withdrawn":
        return
    _require_open(objection)
    _close(session, actor, now, minutes, objection, "withdrawn", "")


def refuse(
    session: Session, actor: Actor, now: datetime, *, minutes: Minutes, objection: MinutesObjection, reason: str
) -> None:
    """The office does not follow an objection; it stands with the reason in the next minutes.

    Raises :class:`NotPermitted`, :class:`StepRefused` when it was answered, :class:`InputRefused` without a reason.
    """
    require_work(actor, minutes.meeting.body)
    _require_open(objection)
    reason = reason.replace("\x00", "").strip()
    if not reason:
        raise InputRefused({"reason": "Begründen Sie, warum der Einwendung nicht gefolgt wird."})
    if len(reason) > LONGEST:
        raise InputRefused({"reason": f"Bitte höchstens {LONGEST} Zeichen."})
    _close(session, actor, now, minutes, objection, "refused", reason)


def accept(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    minutes: Minutes,
    objection: MinutesObjection,
    correction: files.Correction,
    prepared: files.Prepared,
) -> None:
    """The office follows an objection: the addendum that corrects the minutes goes to everybody.

    Raises :class:`NotPermitted`, :class:`StepRefused` when it was answered, and as :func:`addenda.add` does.
    """
    require_work(actor, minutes.meeting.body)
    _require_open(objection)
    addendum = addenda.add(session, actor, now, minutes=minutes, correction=correction, prepared=prepared)
    objection.addendum_id = addendum.id
    _close(session, actor, now, minutes, objection, "accepted", f"Siehe Nachtrag {addendum.number}.")


def correction_for(minutes: Minutes, objection: MinutesObjection, text: str, confidential: bool) -> files.Correction:
    """The addendum that follows from an objection. It names nobody: guests read it as well. Raises as :func:`addenda.checked`."""
    reason = f"Auf eine Einwendung vom {local_day(objection.received_at):%d.%m.%Y}."
    return addenda.checked(minutes, files.Correction(text, objection.block, reason, confidential))


def _require_open(objection: MinutesObjection) -> None:
    if objection.state != "open":
        raise StepRefused(["Diese Einwendung ist schon erledigt."])


ANSWERS = {
    "accepted": "Ihrer Einwendung gegen die Niederschrift wird gefolgt.",
    "refused": "Ihrer Einwendung gegen die Niederschrift wird nicht gefolgt.",
    "withdrawn": "Ihre Einwendung gegen die Niederschrift ist zurückgenommen.",
}


def _close(
    session: Session, actor: Actor, now: datetime, minutes: Minutes, objection: MinutesObjection, how: str, answer: str
) -> None:
    objection.state, objection.answer = how, answer
    objection.answered_at, objection.answered_by_id = now, actor.user_id
    record = minutes.meeting.record
    audit.record(
        session, actor, now, audit.Tag.MINUTES_ANSWER,
        about=record, objection=objection.id, how=how, answer=audit.Erasable(answer),
    )  # fmt: skip
    if objection.person.email:
        text = "\n\n".join(part for part in (ANSWERS[how], answer, f"Ihre Einwendung: {objection.text}") if part)
        outbox.queue(
            session, now, controller_id=record.controller_id, kind="minutes.answer",
            to=[(objection.person.email, objection.person.user_id)], subject=f"{record.reference}: Ihre Einwendung",
            text=text, record=record,
        )  # fmt: skip


def _tell_both(session: Session, now: datetime, minutes: Minutes, objection: MinutesObjection) -> None:
    """The office learns of it, the person gets it confirmed."""
    record, person = minutes.meeting.record, objection.person
    to = handing.office_addresses(session, minutes)
    late = "" if objection.in_time else f"\n\n{LATE}"
    if to:
        outbox.queue(
            session, now, controller_id=record.controller_id, kind="minutes.objection", to=to,
            subject=f"{record.reference}: Einwendung gegen die Niederschrift",
            text=f"{person.name} hat eine Einwendung erhoben:\n\n{objection.text}{late}", record=record,
            link=f"/meetings/{record.reference}/minutes", link_label="Einwendung ansehen",
        )  # fmt: skip
    if person.email:
        outbox.queue(
            session, now, controller_id=record.controller_id, kind="minutes.objection",
            to=[(person.email, person.user_id)], subject=f"{record.reference}: Ihre Einwendung ist eingegangen",
            text=f"wir haben Ihre Einwendung erhalten:\n\n{objection.text}{late}", record=record,
        )  # fmt: skip
