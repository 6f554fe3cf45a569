"""Mails that come back on invitations: calendar replies, reports of mail servers, everything else. ``kimforms inbound`` calls this.

A reply proves itself by address and UID only, so it changes nothing but the answer of that person. Nothing is ever
answered by mail, so that no two programs write to each other for ever (RFC 3834).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...documents.calendar_replies import Reply
from ...documents.inbound_mail import Bounce, Inbound, UnreadableMail, read_mail
from ...documents.mail import comparable_address
from ...models import DispatchRecipient, InboundMail, Invitee, Meeting, OutboxMessage
from ...permissions import SYSTEM
from ..bodies.access import BERLIN
from ..refusals import InputRefused, Refusal
from . import answers
from .changes import announcements, asked_sequence
from .invitees import active, everybody

GIVEN = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative", "DELEGATED": "deputy"}
WORDS = {"accepted": "Zusage", "declined": "Absage", "tentative": "Zusage unter Vorbehalt", "deputy": "Vertretung"}
DONE = frozenset({"answer", "bounce", "automatic"})
"""Outcomes after which nobody has to read the mail itself."""
SKEW = timedelta(minutes=2)
"""Clocks of mail programs may be wrong by so much."""


@dataclass(frozen=True)
class Outcome:
    """What became of a mail. ``repeated``: the same mail was there before, nothing was done."""

    outcome: str
    detail: str
    meeting: Meeting | None = None
    invitee: Invitee | None = None
    repeated: bool = False

    @property
    def is_done(self) -> bool:
        """Whether nobody has to look at the mail any more."""
        return self.outcome in DONE


def take_in(session: Session, now: datetime, content: bytes) -> Outcome:
    """Reads one mail and does what it says; what it says is kept as one row, the mail itself is not."""
    digest = hashlib.sha256(content).hexdigest()
    known = session.scalars(select(InboundMail).where(InboundMail.digest == digest)).one_or_none()
    if known is not None:
        return Outcome(known.outcome, known.detail, repeated=True)
    try:
        mail = read_mail(content)
    except UnreadableMail as error:
        mail, found = Inbound("", "", (), ""), Outcome("unreadable", str(error))
    else:
        found = _judge(session, now, mail)
    session.add(
        InboundMail(
            digest=digest,
            received_at=now,
            sender=mail.sender[:254],
            subject=mail.subject[:300],
            outcome=found.outcome,
            detail=found.detail[:500],
            meeting_id=found.meeting.record_id if found.meeting is not None else None,
            invitee_id=found.invitee.id if found.invitee is not None else None,
        )
    )
    return found


def _judge(session: Session, now: datetime, mail: Inbound) -> Outcome:
    if mail.calendar_replies:
        found = [_reply(session, now, mail, reply) for reply in mail.calendar_replies]
        open_ones = [one for one in found if not one.is_done]
        lead = (open_ones or found)[0]
        return Outcome(lead.outcome, " ".join(one.detail for one in found), lead.meeting, lead.invitee)
    if mail.is_bounce:
        found = [_bounce(session, now, bounce) for bounce in mail.bounces if bounce.action in ("failed", "delayed")]
        lead = next((one for one in found if not one.is_done), found[0])
        return Outcome(lead.outcome, " ".join(one.detail for one in found), lead.meeting)
    meeting = _meeting_answered(session, mail)
    about = f" zur Sitzung {meeting.record.reference}" if meeting is not None else ""
    if mail.auto_submitted:
        return Outcome("automatic", f"Automatische Antwort{about}, zum Beispiel eine Abwesenheitsnotiz.", meeting)
    if mail.problems:
        return Outcome("unread", f"{mail.problems[0]} Bitte lesen Sie die Mail im Postfach.", meeting)
    sentence = f"Nachricht in Worten{about}. Bitte lesen Sie sie im Postfach und tragen Sie eine Antwort selbst ein."
    return Outcome("unread", sentence, meeting)


def _reply(session: Session, now: datetime, mail: Inbound, reply: Reply) -> Outcome:
    """One calendar reply, refused with the reason unless everything fits."""
    meeting = session.scalars(select(Meeting).where(Meeting.uid == reply.uid)).one_or_none()
    if meeting is None:
        return Outcome("unread", "Kalenderantwort auf einen Termin, den es hier nicht gibt.")
    if mail.sender != reply.address:
        sentence = f"Die Kalenderantwort spricht für {reply.address}, kam aber von {mail.sender or 'unbekannt'}."
        return Outcome("refused", f"{sentence} Sie zählt nicht; fragen Sie nach.", meeting)
    rows = [
        one
        for one in active(everybody(session, meeting))
        if one.invited_at is not None and comparable_address(one.person.email or "") == reply.address
    ]
    if not rows:
        return Outcome(
            "refused", f"Unter der Adresse {reply.address} ist zu dieser Sitzung niemand eingeladen.", meeting
        )
    if len({one.person_id for one in rows}) > 1:
        sentence = (
            f"Unter der Adresse {reply.address} sind mehrere Personen eingeladen. Tragen Sie ein, wer geantwortet hat."
        )
        return Outcome("refused", sentence, meeting)
    name = rows[0].person.name
    if old := _too_old(session, meeting, rows, reply):
        return Outcome("refused", f"Kalenderantwort von {name}: {old}", meeting, rows[0])
    try:
        return _accepted(session, now, meeting, rows, reply)
    except Refusal as refused:
        said = " ".join(refused.errors.values()) if isinstance(refused, InputRefused) else refused.sentence
        return Outcome("refused", f"Kalenderantwort von {name} zählt nicht: {said}", meeting, rows[0])


def _accepted(session: Session, now: datetime, meeting: Meeting, rows: list[Invitee], reply: Reply) -> Outcome:
    name = rows[0].person.name
    if reply.method == "COUNTER":
        when = f"{reply.proposed.astimezone(BERLIN):%d.%m.%Y, %H:%M} Uhr" if reply.proposed else "eine andere Zeit"
        text = " ".join(part for part in (f"Vorschlag über den Kalender: {when}.", reply.comment) if part)
        answers.propose_other_time(session, SYSTEM, now, meeting=meeting, rows=rows, text=" ".join(text.split()))
        return Outcome("counter", f"{name} schlägt {when} vor. Die Antwort bleibt, wie sie war.", meeting, rows[0])
    if reply.partstat not in GIVEN:
        return Outcome("unread", f"Kalenderantwort von {name} ohne Zusage oder Absage.", meeting, rows[0])
    given = answers.Given(GIVEN[reply.partstat], reply.comment[: answers.LONGEST_COMMENT])
    if given.answer == "deputy":
        deputy = _deputy(session, meeting, rows, reply)
        if deputy is None:
            sentence = (
                f"{name} möchte {reply.delegated_to or 'jemanden'} schicken; das ist keine Vertretung dieses Sitzes."
            )
            return Outcome("refused", sentence, meeting, rows[0])
        given = answers.Given("deputy", given.comment, deputy_id=deputy)
    answers.give(session, SYSTEM, now, meeting=meeting, rows=rows, given=given, via="calendar", at=reply.stamp)
    return Outcome("answer", f"{WORDS[given.answer]} von {name} per Kalenderantwort.", meeting, rows[0])


def _too_old(session: Session, meeting: Meeting, rows: list[Invitee], reply: Reply) -> str:
    """Why a reply is about an earlier state; empty when it counts (RFC 5546, 2.1.5). Without SEQUENCE its time decides."""
    sent = announcements(session, meeting)
    asked = asked_sequence(sent)
    moved = next((one.sent_at for one in reversed(sent) if one.snapshot.get("asks_again")), None)
    if reply.sequence is None:
        old = moved is not None and (reply.stamp is None or reply.stamp + SKEW < moved)
    else:
        old = reply.sequence < asked
    if old:
        return "Sie bezieht sich auf den früheren Termin und zählt nicht."
    answered = max((one.answered_at for one in rows if one.answered_at is not None), default=None)
    if reply.stamp is not None and answered is not None and reply.stamp + SKEW < answered:
        return "Eine spätere Antwort liegt schon vor."
    return ""


def _deputy(session: Session, meeting: Meeting, rows: list[Invitee], reply: Reply) -> int | None:
    """The deputy of one of the seats whom the reply names by address."""
    people = [person for _row, deputies in answers.choices_of(session, meeting, rows) for person in deputies]
    return next((one.id for one in people if comparable_address(one.email or "") == reply.delegated_to), None)


def _bounce(session: Session, now: datetime, bounce: Bounce) -> Outcome:
    """Notes that a mail did not arrive; only for a mail that really went to that address."""
    recipient = session.scalars(
        select(DispatchRecipient)
        .join(OutboxMessage, OutboxMessage.id == DispatchRecipient.message_id)
        .where(OutboxMessage.message_id == (bounce.message_id or "-"))
    ).first()
    if recipient is None or comparable_address(recipient.address) != bounce.recipient:
        return Outcome("unread", "Meldung eines Mailservers, die zu keiner Einladung passt.")
    meeting = session.get(Meeting, recipient.dispatch.meeting_id) if recipient.dispatch.meeting_id else None
    if not bounce.is_final:
        return Outcome("bounce", f"An {recipient.person.name} verzögert sich die Zustellung.", meeting)
    if recipient.bounced_at is None:
        recipient.bounced_at = now
        recipient.bounce_reason = " ".join(part for part in (bounce.status, bounce.reason) if part)[:300]
    return Outcome(
        "bounce", f"Die Mail an {recipient.person.name} kam nicht an: {bounce.reason or bounce.status}", meeting
    )


def _meeting_answered(session: Session, mail: Inbound) -> Meeting | None:
    if not mail.in_reply_to:
        return None
    wanted = (
        select(Meeting)
        .join(OutboxMessage, OutboxMessage.record_id == Meeting.record_id)
        .where(OutboxMessage.message_id.in_(mail.in_reply_to))
    )
    return session.scalars(wanted.limit(1)).first()
