"""What the pages of invitations show: the list with answers, who is expected, what was sent and whether it arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...models import Dispatch, DispatchRecipient, InboundMail, Invitee, Meeting, OutboxMessage, Person, Record
from ...permissions import Actor
from ...rules.notice import InvitationCheck
from ...rules.quorum import quorum
from ...rules.rulebook import Rulebook
from ..bodies.access import BERLIN, day_of
from ..bodies.people import Place, people_on
from ..bodies.rulebooks import rulebook_at
from ..meetings import invitees, notices
from ..meetings.changes import Change, announcements, asked_sequence, pending_change

MOST_MAILS = 100
CALLING = ("invitation", "update", "cancellation", "uninvitation", "reminder")
"""Kinds of dispatch that tell somebody to come or not to; minutes go out by dispatches of their own."""


@dataclass(frozen=True)
class Expected:
    """Who will come as far as is known: ``voting`` of ``members`` with a vote, ``needed`` for the quorum."""

    voting: int
    members: int
    needed: int
    maybe: int
    others: int
    missing: int

    @property
    def ok(self) -> bool:
        return self.voting >= self.needed


@dataclass(frozen=True)
class Line:
    """One person on the list. ``answer`` is empty where none counts yet; ``outdated``: it was given to an earlier time."""

    rows: Sequence[Invitee]
    answer: str
    outdated: bool
    status: tuple[str, str, str]
    """Tone, German and English words on what became of the last dispatch to this person."""
    deputy: Invitee | None = None

    @property
    def first(self) -> Invitee:
        return self.rows[0]

    @property
    def person(self) -> Person:
        return self.rows[0].person

    @property
    def seats(self) -> str:
        return ", ".join(one.seat.label for one in self.rows if one.seat is not None)

    @property
    def invited_at(self) -> datetime | None:
        return max((one.invited_at for one in self.rows if one.invited_at is not None), default=None)


@dataclass(frozen=True)
class Overview:
    """Everything that the page of an invitation shows."""

    lines: Sequence[Line]
    proposed: Sequence[Place]
    differences: Sequence[invitees.Difference]
    outlook: notices.Outlook
    check: InvitationCheck | None
    change: Change | None
    dispatches: Sequence[Dispatch]
    expected: Expected
    waiting: int
    unanswered: int
    cancellation_due: bool
    uninvited: Sequence[Invitee] = ()
    counts: Mapping[int, tuple[int, int, int]] = field(default_factory=dict)
    """For each dispatch: mails accepted, refused or come back, letters not posted yet."""


def overview(session: Session, meeting: Meeting, now: datetime) -> Overview:
    """The page of one meeting; a fixed number of queries."""
    everybody = invitees.everybody(session, meeting)
    rows = invitees.active(everybody)
    places = people_on(session, meeting.body, day_of(meeting))
    sent = notices.sent_of(session, meeting)
    asked = sent.asked_sequence
    last = last_of([one for one in sent.dispatches if one.kind in CALLING])
    lines = [_line(group, rows, asked, last) for group in invitees.by_person(rows)]
    invited = [one for one in rows if one.invited_at is not None]
    cancelled = any(one.kind == "cancellation" for one in sent.dispatches)
    return Overview(
        lines,
        invitees.proposed(places, everybody),
        invitees.differences(places, everybody),
        notices.outlook(session, meeting, rows, now.astimezone(BERLIN).date()),
        notices.check(session, meeting, rows, sent) if invited else None,
        pending_change(session, meeting) if meeting.record.state == "eingeladen" else None,
        list(reversed(sent.dispatches)),
        expected_of(rulebook_at(session, meeting), places, rows, asked),
        waiting=len(invitees.by_person([one for one in rows if one.invited_at is None])),
        unanswered=sum(
            not line.answer and line.invited_at is not None and line.first.channel == "mail" for line in lines
        ),
        cancellation_due=meeting.record.state == "abgesagt" and bool(invited) and not cancelled,
        uninvited=[one for one in everybody if one.uninvited_at is not None and one.invited_at is not None],
        counts={one.id: counts_of(one) for one in sent.dispatches},
    )


def expected(session: Session, meeting: Meeting) -> Expected:
    """Who is expected, for other pages of the meeting."""
    rows = invitees.active(invitees.everybody(session, meeting))
    places = people_on(session, meeting.body, day_of(meeting))
    return expected_of(rulebook_at(session, meeting), places, rows, asked_sequence(announcements(session, meeting)))


def expected_of(rulebook: Rulebook, places: Sequence[Place], rows: Sequence[Invitee], asked: int) -> Expected:
    """Votes by seat: the holder has accepted, or a deputy with a vote has."""
    members = sum(one.right == "voting" and one.person is not None for one in places)
    coming: set[int] = set()
    maybe: set[int] = set()
    others: set[int] = set()
    missing: set[int] = set()
    for row in rows:
        if row.invited_at is None:
            continue
        answer = row.answer if (row.answered_sequence or 0) >= asked else "none"
        votes = row.right == "voting" and row.seat_id is not None
        if answer == "accepted" and votes and (row.as_role != "deputy" or rulebook.deputy_rights == "full"):
            coming.add(row.seat_id or 0)
        elif answer == "accepted":
            others.add(row.person_id)
        elif answer == "tentative":
            maybe.add(row.person_id)
        elif answer == "none":
            missing.add(row.person_id)
    need = quorum(rulebook, members, len(coming)).needed
    return Expected(len(coming), members, need, len(maybe), len(others), len(missing))


def status_of(recipient: DispatchRecipient) -> tuple[str, str, str]:
    """What became of a dispatch to one person: tone, and words in both languages."""
    if recipient.channel == "post":
        if recipient.posted_at is None:
            return "warning", "Brief noch nicht versandt", "letter not posted yet"
        day = f"{recipient.posted_at.astimezone(BERLIN):%d.%m.%Y}"
        return "success", f"Brief versandt am {day}", f"letter posted on {day}"
    if recipient.bounced_at is not None:
        reason = f": {recipient.bounce_reason}" if recipient.bounce_reason else ""
        return "danger", f"Kam zurück{reason}", f"came back{reason}"
    delivery = recipient.message.deliveries[0] if recipient.message and recipient.message.deliveries else None
    if delivery is None:
        return "danger", "Keine Mail", "no mail"
    if delivery.status == "sent" and delivery.sent_at is not None:
        at = f"{delivery.sent_at.astimezone(BERLIN):%d.%m.%Y, %H:%M}"
        return "success", f"Zugestellt an Mailserver am {at} Uhr", f"accepted by the mail server on {at}"
    if delivery.status == "dead":
        return "danger", f"Abgewiesen: {delivery.error or ''}", f"refused: {delivery.error or ''}"
    if delivery.status == "uncertain":
        return "warning", "Ungewiss, ob angekommen", "perhaps delivered"
    if delivery.status == "settled":
        return "danger", "Nicht gesendet", "not sent"
    retry = f" ({delivery.error})" if delivery.error else ""
    return "info", f"Wartet im Postausgang{retry}", f"waits in the outbox{retry}"


def last_of(dispatches: Sequence[Dispatch]) -> dict[int, DispatchRecipient]:
    """The last dispatch to each person."""
    return {recipient.person_id: recipient for one in dispatches for recipient in one.recipients}


def counts_of(made: Dispatch) -> tuple[int, int, int]:
    """Mails that the server took, those refused or come back, letters that wait."""
    tones = [(one.channel, status_of(one)[0]) for one in made.recipients]
    return (
        sum(one == ("mail", "success") for one in tones),
        sum(one == ("mail", "danger") for one in tones),
        sum(one == ("post", "warning") for one in tones),
    )


def people_to_add(session: Session, meeting: Meeting, rows: Sequence[Invitee]) -> list[Person]:
    """People of the controller's list who are not on it yet, by name; one query."""
    taken = [one.person_id for one in invitees.active(rows)]
    wanted = select(Person).where(
        Person.controller_id == meeting.body.controller_id, Person.active, Person.id.not_in(taken)
    )
    return list(session.scalars(wanted.order_by(Person.last_name, Person.first_name, Person.id)))


def mails_that_came(session: Session, actor: Actor) -> list[tuple[InboundMail, str | None]]:
    """The last mails that came in, newest first, with the reference of the meeting; of other controllers none.

    Mails that belong to no meeting are shown to every office: nobody knows whose they are.
    """
    wanted = (
        select(InboundMail, Record.reference)
        .outerjoin(Record, Record.id == InboundMail.meeting_id)
        .where(Record.id.is_(None) | Record.controller_id.in_(sorted(actor.controllers("meeting:work"))))
        .order_by(InboundMail.id.desc())
        .limit(MOST_MAILS)
    )
    return [(row[0], row[1]) for row in session.execute(wanted)]


def _line(group: Sequence[Invitee], rows: Sequence[Invitee], asked: int, last: Mapping[int, DispatchRecipient]) -> Line:
    first = group[0]
    counts = first.answer != "none" and (first.answered_sequence or 0) >= asked
    recipient = last.get(first.person_id)
    deputy = next((one for one in rows if one.deputy_for_id in {row.id for row in group}), None)
    return Line(
        group,
        first.answer if counts else "",
        first.answer != "none" and not counts,
        status_of(recipient) if recipient is not None else ("neutral", "", ""),
        deputy,
    )


def recipients_of(session: Session, made: Dispatch) -> list[DispatchRecipient]:
    """The recipients of a dispatch with person and delivery, by name; two queries."""
    wanted = (
        select(DispatchRecipient)
        .where(DispatchRecipient.dispatch_id == made.id)
        .options(
            joinedload(DispatchRecipient.person),
            joinedload(DispatchRecipient.message).selectinload(OutboxMessage.deliveries),
        )
    )
    return sorted(session.scalars(wanted), key=lambda one: (one.person.last_name, one.person.first_name, one.id))


def receipts(
    outlook: notices.Outlook, groups: Sequence[Sequence[Invitee]], today: date
) -> list[tuple[Sequence[Invitee], date]]:
    """Each recipient with the day on which a dispatch of today counts as received."""
    return [(rows, notices.receipt_day(outlook.rulebook, rows[0].channel, today)) for rows in groups]
