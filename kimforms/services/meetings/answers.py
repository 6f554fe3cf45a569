"""Answers to invitations: by link, by calendar, in the own account, or entered by the office. One place for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import Invitee, Meeting, Person
from ...permissions import Actor
from .. import audit, outbox
from ..bodies.access import day_of
from ..bodies.people import deputies_of
from ..bodies.rulebooks import rulebook_at
from ..outbox import ADDRESS
from ..refusals import InputRefused, StepRefused
from . import dispatch
from .changes import when_in_words
from .invitees import active, everybody, put

ANSWERS = ("accepted", "declined", "tentative", "deputy")
VIA = ("link", "calendar", "account", "office")
LONGEST_COMMENT = 500
CLOSED = "Die Sitzung hat begonnen oder ist vorbei. Ihre Antwort lässt sich nicht mehr ändern."


@dataclass(frozen=True)
class Given:
    """An answer. For ``deputy``: the person of the list, or name and address where the rules leave it open.

    ``seat_id``: only this seat of somebody who has several; None: all.
    """

    answer: str
    comment: str = ""
    deputy_id: int | None = None
    deputy_name: str = ""
    deputy_email: str = ""
    seat_id: int | None = None


def rows_of(session: Session, meeting: Meeting, person_id: int) -> list[Invitee]:
    """The rows of one person that count and were sent; a person with two seats has two."""
    rows = active(everybody(session, meeting))
    return [one for one in rows if one.person_id == person_id and one.invited_at is not None]


def is_open(meeting: Meeting, now: datetime) -> bool:
    """Whether answers still count: invited, and not begun."""
    return meeting.record.state == "eingeladen" and meeting.starts_at > now


def choices_of(session: Session, meeting: Meeting, rows: Sequence[Invitee]) -> list[tuple[Invitee, list[Person]]]:
    """For each seat of the person the deputies of its list; empty where the rules know no deputies or the person is one."""
    if not rulebook_at(session, meeting).deputies_allowed:
        return []
    day = day_of(meeting)
    return [
        (one, deputies_of(session, one.seat, day))
        for one in rows
        if one.as_role == "principal" and one.seat is not None
    ]


def give(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    meeting: Meeting,
    rows: Sequence[Invitee],
    given: Given,
    via: str,
    at: datetime | None = None,
) -> None:
    """Keeps the answer of one person; a later one takes the place of an earlier one.

    ``at`` is when it was given, if not now: mails may take long. A deputy is invited at once; when the principal comes
    after all, the deputy is told. Raises :class:`StepRefused` once the meeting has begun and :class:`InputRefused` for an
    unknown answer or a deputy whom the rules do not allow.
    """
    if not is_open(meeting, now):
        raise StepRefused((CLOSED,))
    chosen = [one for one in rows if given.seat_id is None or one.seat_id == given.seat_id]
    if given.answer not in ANSWERS or not chosen:
        raise InputRefused({"answer": "Wählen Sie eine Antwort."})
    if len(given.comment) > LONGEST_COMMENT:
        raise InputRefused({"comment": f"Bitte höchstens {LONGEST_COMMENT} Zeichen."})
    deputies: dict[int, Person] = {}
    if given.answer == "deputy":
        seated, deputy = _deputy(session, now, meeting, chosen, given)
        chosen, deputies = [seated], {seated.id: deputy}
    for row in chosen:
        _answer(session, actor, now, meeting, row, given, via)
        row.answered_at = min(at or now, now)
        _settle_deputy(session, actor, now, meeting, row, deputies.get(row.id))


def propose_other_time(
    session: Session, actor: Actor, now: datetime, *, meeting: Meeting, rows: Sequence[Invitee], text: str
) -> None:
    """Keeps that somebody's calendar proposed another time; the answer stays as it is."""
    for row in rows:
        row.answer_comment = text[:LONGEST_COMMENT]
        audit.record(session, actor, now, audit.Tag.INVITATION_ANSWER, about=meeting.record, invitee=row.id,
                     answer="counter", via="calendar")  # fmt: skip


def deputies_in_place(session: Session, row: Invitee) -> list[Invitee]:
    """Who is invited as deputy for this row."""
    wanted = select(Invitee).where(Invitee.deputy_for_id == row.id, Invitee.uninvited_at.is_(None))
    return list(session.scalars(wanted))


def _answer(
    session: Session, actor: Actor, now: datetime, meeting: Meeting, row: Invitee, given: Given, via: str
) -> None:
    row.answer = given.answer
    row.answer_comment = " ".join(given.comment.split())
    row.answered_at, row.answered_via, row.answered_sequence = now, via, meeting.sequence
    audit.record(session, actor, now, audit.Tag.INVITATION_ANSWER, about=meeting.record, invitee=row.id,
                 answer=given.answer, via=via)  # fmt: skip
    if row.deputy_for is not None and given.answer == "declined":
        _tell(session, now, meeting, row.deputy_for.person, "Ihre Vertretung hat abgesagt",
              f"{row.person.name} kann Sie in der Sitzung „{meeting.record.title}“ nicht vertreten.")  # fmt: skip


def _settle_deputy(
    session: Session, actor: Actor, now: datetime, meeting: Meeting, row: Invitee, deputy: Person | None
) -> None:
    """Invites the deputy who was sent, and tells one who is needed no more."""
    there = deputies_in_place(session, row)
    for other in there:
        if deputy is None or other.person_id != deputy.id:
            why = "Das Mitglied nimmt selbst teil oder lässt sich anders vertreten. Sie müssen nichts tun."
            dispatch.uninvite(session, actor, now, meeting, other, reason=why)
    if deputy is not None and all(other.person_id != deputy.id for other in there):
        made = put(session, actor, now, meeting, person=deputy, seat=row.seat, deputy_for=row)
        dispatch.invite_later(session, actor, now, meeting, made)


def _deputy(
    session: Session, now: datetime, meeting: Meeting, rows: Sequence[Invitee], given: Given
) -> tuple[Invitee, Person]:
    """On which seat who comes instead. Raises :class:`InputRefused`."""
    choices = choices_of(session, meeting, rows)
    if not choices:
        raise InputRefused({"answer": "Für diese Einladung ist keine Vertretung vorgesehen."})
    for row, people in choices:
        for person in people:
            if person.id == given.deputy_id and person.id != row.person_id:
                return row, person
    if given.deputy_id is not None or rulebook_at(session, meeting).deputy_named_in_advance:
        raise InputRefused({"deputy": "Wählen Sie eine Vertretung aus der Liste des Sitzes."})
    row = choices[0][0]
    name, address = " ".join(given.deputy_name.split()), given.deputy_email.strip()
    if not 2 <= len(name) <= 80:
        raise InputRefused({"deputy_name": "Geben Sie den Namen der Vertretung an."})
    if not ADDRESS.fullmatch(address) or len(address) > 254:
        raise InputRefused(
            {"deputy_email": "Geben Sie die E-Mail-Adresse der Vertretung an, zum Beispiel name@amt.example."}
        )
    return row, _named(session, now, meeting, name, address)


def _named(session: Session, now: datetime, meeting: Meeting, name: str, address: str) -> Person:
    """The person with this name and address, new where the controller knows none."""
    controller_id = meeting.body.controller_id
    known = select(Person).where(
        Person.controller_id == controller_id,
        Person.email == address.lower(),
        Person.last_name == name.rsplit(" ", maxsplit=1)[-1],
    )
    if (person := session.scalars(known.limit(1)).first()) is not None:
        return person
    first, _, last = name.rpartition(" ")
    made = Person(
        controller_id=controller_id,
        first_name=first,
        last_name=last,
        email=address.lower(),
        created_at=now,
        changed_at=now,
    )
    session.add(made)
    session.flush()  # the invitation points at it
    return made


def _tell(session: Session, now: datetime, meeting: Meeting, person: Person, what: str, text: str) -> None:
    if not person.email or not ADDRESS.fullmatch(person.email):
        return
    outbox.queue(
        session,
        now,
        controller_id=meeting.body.controller_id,
        kind="meeting.answer",
        to=[(person.email, person.user_id)],
        subject=f"{what}: {meeting.record.title} ({meeting.record.reference})",
        text=f"{text}\n\nTermin: {when_in_words(meeting.starts_at, meeting.ends_at)}",
        record=meeting.record,
    )
