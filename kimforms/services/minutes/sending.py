"""Sending minutes: each member the whole of them, guests the version without what is confidential, letters to those without mail.

The dispatch is the evidence. From here on nothing is overwritten; addenda go out the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from ...models import Blob, CircularVote, Dispatch, DispatchRecipient, Minutes, MinutesVersion
from ...permissions import Actor
from ...rules import minutes_rules, notice
from ...rules.calendar_days import in_words
from .. import audit, mail_parts, outbox, reply_links
from ..bodies.access import day_of, require_work
from ..bodies.rulebooks import rulebook_at
from ..meetings import standing_items, tasks
from ..meetings.invitees import channel_of
from ..meetings.notices import CHANNELS, sending_of, sent_of
from ..records.facts import local_day
from ..refusals import NotVisible, StaleVersion, StepRefused
from . import contents, editing, files, people, signing, versions
from .material import circulars

MINUTES, ADDENDUM = "minutes", "addendum"
VALID = timedelta(days=180)
CHANGED = "Die Niederschrift wurde geändert, während die Dateien entstanden. Es ging nichts hinaus; bitte senden Sie noch einmal."


def send(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    minutes: Minutes,
    prepared: files.Prepared,
    row_version: int | None = None,
) -> Dispatch:
    """Sends the minutes to everybody. A second click gives the same dispatch and sends nothing.

    Raises :class:`NotPermitted`, :class:`StaleVersion` when they were changed since the page or the files were made, and
    :class:`StepRefused` while a signature or something mandatory is missing.
    """
    meeting = minutes.meeting
    require_work(actor, meeting.body)
    if minutes.state in editing.SENT:
        return first_dispatch(session, minutes)
    if row_version is not None and row_version != minutes.row_version:
        raise StaleVersion("Inzwischen hat jemand anderes die Niederschrift geändert.", current=minutes)
    require_ready(session, minutes)
    if files.collect(session, now, minutes).fingerprint != prepared.fingerprint:
        raise StaleVersion(CHANGED, current=minutes)
    version = _version(session, actor, now, minutes)
    files.keep(session, now, version, prepared)
    minutes.objections_until = foreseen(session, minutes, local_day(now))
    dispatch = _dispatch(session, actor, now, minutes, version, MINUTES, f"{meeting.record.reference}: Niederschrift")
    minutes.state, minutes.sent_at, minutes.changed_at = "sent", now, now
    told = [circular.id for circular, _decision in circulars(session, meeting)]
    if told:
        session.execute(update(CircularVote).where(CircularVote.id.in_(told)).values(reported_in_id=meeting.record_id))
    until = minutes.objections_until
    audit.record(
        session, actor, now, audit.Tag.MINUTES_SEND,
        about=meeting.record, version=version.number, dispatch=dispatch.id, recipients=len(dispatch.recipients),
        objections_until=until.isoformat() if until else None,
    )  # fmt: skip
    tasks.tell_owners(session, now, meeting)
    standing_items.carry_to_next(session, actor, now, meeting)
    session.flush()  # the page reads all of it back
    return dispatch


def require_ready(session: Session, minutes: Minutes) -> None:
    """Raises :class:`StepRefused` while the minutes may not go out, with each reason."""
    rulebook = rulebook_at(session, minutes.meeting)
    signed = signing.signing_of(session, minutes)
    if signed.people and minutes.state != "signed":
        raise StepRefused([signed.verdict.sentence])
    contents.require(minutes, rulebook)


def foreseen(session: Session, minutes: Minutes, today: date) -> date | None:
    """Until when objections count if the minutes went out today: from the latest deemed receipt of a member."""
    readers = [one for one in people.recipients(session, minutes.meeting) if not one.guest]
    wanted = [notice.Recipient(one.person.name, (notice.Sending(CHANNELS[one.channel], today),)) for one in readers]
    return minutes_rules.objection_period(rulebook_at(session, minutes.meeting), wanted).day


def period(session: Session, minutes: Minutes) -> minutes_rules.ObjectionPeriod:
    """Until when objections count, by the evidence there is: posted letters, mails that went out or came back."""
    wanted = [
        notice.Recipient(mine[0].person.name, tuple(found for one in mine if (found := sending_of(one)) is not None))
        for mine in sent_to_members(session, minutes)
    ]
    return minutes_rules.objection_period(rulebook_at(session, minutes.meeting), wanted)


def sent_to_members(session: Session, minutes: Minutes) -> list[list[DispatchRecipient]]:
    """How the minutes were sent to each member, oldest first; guests, who have no right to object, are left out."""
    members = [one for one in recipients_of(session, minutes) if one.dispatch.snapshot.get("what") == MINUTES]
    guests = {person for one in members for person in one.dispatch.snapshot.get("guests", ())}
    found: dict[int, list[DispatchRecipient]] = {}
    for one in members:
        if one.person_id not in guests:
            found.setdefault(one.person_id, []).append(one)
    return list(found.values())


def unreached(session: Session, minutes: Minutes) -> list[DispatchRecipient]:
    """Members whom the minutes never reached, each by the last try: mails that came back, letters nobody posted."""
    return [
        mine[-1]
        for mine in sent_to_members(session, minutes)
        if not any((found := sending_of(one)) is not None and not found.bounced for one in mine)
    ]


def recipients_of(session: Session, minutes: Minutes) -> list[DispatchRecipient]:
    """Everybody to whom these minutes, their check or an addendum were sent, oldest first."""
    found = sent_of(session, minutes.meeting).dispatches
    return [recipient for one in found if one.kind == MINUTES for recipient in one.recipients]


def first_dispatch(session: Session, minutes: Minutes) -> Dispatch:
    """The dispatch with which the minutes went out. Raises :class:`NotVisible` before that."""
    found = (one for one in sent_of(session, minutes.meeting).dispatches if one.kind == MINUTES)
    dispatch = next((one for one in found if one.snapshot.get("what") == MINUTES), None)
    if dispatch is None:
        raise NotVisible()
    return dispatch


def mark_posted(session: Session, actor: Actor, now: datetime, *, minutes: Minutes, recipients: Sequence[int]) -> int:
    """The office gave these letters to the post; the period for objections runs from there. Returns how many are new."""
    require_work(actor, minutes.meeting.body)
    waiting = [one for one in recipients_of(session, minutes) if one.channel == "post" and one.posted_at is None]
    chosen = [one for one in waiting if one.id in set(recipients)]
    for one in chosen:
        one.posted_at = now
    if chosen:
        session.flush()  # the period is reckoned from what stands there now
        day = period(session, minutes).day
        if day is not None and minutes.state == "sent":
            minutes.objections_until = max(day, minutes.objections_until or day)
        names = [one.person_id for one in chosen]
        audit.record(session, actor, now, audit.Tag.MINUTES_POST, about=minutes.meeting.record, to=names)
    return len(chosen)


def send_addendum(
    session: Session, actor: Actor, now: datetime, *, minutes: Minutes, prepared: files.Prepared, number: int
) -> Dispatch:
    """Sends the minutes with all addenda to everybody who got them; ``addenda`` has written the row."""
    version = versions.keep(session, actor, now, minutes, f"Nachtrag {number}")
    files.keep(session, now, version, prepared)
    subject = f"{minutes.meeting.record.reference}: Nachtrag {number} zur Niederschrift"
    return _dispatch(session, actor, now, minutes, version, ADDENDUM, subject)


def send_again(
    session: Session, actor: Actor, now: datetime, *, minutes: Minutes, recipient_id: int
) -> DispatchRecipient:
    """Sends what somebody did not get once more, to the address that the person has now; as a letter where there is none.

    For this person the period for objections begins anew. What is on its way already is not sent twice. Raises
    :class:`NotPermitted`, :class:`NotVisible`, and :class:`StepRefused` for what arrived.
    """
    require_work(actor, minutes.meeting.body)
    mine = next((one for one in recipients_of(session, minutes) if one.id == recipient_id), None)
    if mine is None or mine.dispatch.snapshot.get("what") not in (MINUTES, ADDENDUM):
        raise NotVisible()
    snapshot, person = mine.dispatch.snapshot, mine.person
    tries = [
        one
        for one in recipients_of(session, minutes)
        if one.person_id == person.id
        and (one.dispatch.snapshot.get("what"), one.dispatch.sequence) == (snapshot["what"], mine.dispatch.sequence)
    ]
    if not failed(tries[-1]):
        if tries[-1].id != mine.id:
            return tries[-1]
        raise StepRefused([f"An {person.name} ist nichts zurückgekommen; es gibt nichts noch einmal zu senden."])
    version = next(one for one in minutes.versions if one.number == snapshot["version"])
    reader = people.Reader(person, person.id in snapshot["guests"], channel_of(person), mine.invitee_id)
    sent = _dispatch(session, actor, now, minutes, version, snapshot["what"], mine.dispatch.subject, reader)
    if minutes.state == "sent" and (day := period(session, minutes).day) is not None:
        minutes.objections_until = max(day, minutes.objections_until or day)
    audit.record(
        session, actor, now, audit.Tag.MINUTES_RESEND,
        about=minutes.meeting.record, person=person.id, dispatch=sent.id, channel=reader.channel,
    )  # fmt: skip
    return sent.recipients[0]


def failed(recipient: DispatchRecipient) -> bool:
    """Whether a mail came back or was given up."""
    return recipient.channel == "mail" and (found := sending_of(recipient)) is not None and found.bounced


def _version(session: Session, actor: Actor, now: datetime, minutes: Minutes) -> MinutesVersion:
    """The version that was signed, or a new one where nobody signs."""
    last = versions.last(session, minutes)
    if last is not None and minutes.state == "signed":
        return last
    return versions.keep(session, actor, now, minutes, "Versandt")


def _dispatch(
    session: Session,
    actor: Actor,
    now: datetime,
    minutes: Minutes,
    version: MinutesVersion,
    what: str,
    subject: str,
    only: people.Reader | None = None,
) -> Dispatch:
    readers = [only] if only is not None else people.recipients(session, minutes.meeting)
    guests = [one.person.id for one in readers if one.guest]
    dispatch = Dispatch(
        meeting_id=minutes.meeting_id, kind=MINUTES, sequence=version.number, subject=subject, sent_at=now,
        sent_by_id=actor.user_id,
        snapshot={"what": what, "version": version.number, "files": dict(version.files), "guests": guests},
    )  # fmt: skip
    session.add(dispatch)
    for reader in readers:
        person = reader.person
        address = person.email if reader.channel == "mail" else person.postal_address
        dispatch.recipients.append(
            DispatchRecipient(
                person=person, invitee_id=reader.invitee_id, channel=reader.channel, address=(address or "")[:500]
            )
        )
    session.flush()  # links name their recipient
    for recipient, reader in zip(dispatch.recipients, readers, strict=True):
        if reader.channel == "mail":
            _mail(session, now, minutes, version, recipient, reader, what)
    session.flush()  # recipients name their mails
    return dispatch


def _mail(
    session: Session,
    now: datetime,
    minutes: Minutes,
    version: MinutesVersion,
    recipient: DispatchRecipient,
    reader: people.Reader,
    what: str,
) -> None:
    kind, person, record = "guests" if reader.guest else "send", reader.person, minutes.meeting.record
    blob = session.get_one(Blob, version.files[kind])
    link = f"/meetings/{record.reference}/minutes"
    if person.user_id is None:
        made = reply_links.make(
            session, now, purpose="minutes", person=person, target_id=recipient.id, expires_at=now + VALID
        )
        link = reply_links.path(made)
    recipient.message = outbox.queue(
        session, now, controller_id=record.controller_id, kind=f"minutes.{what}", to=[(recipient.address, person.user_id)],
        subject=recipient.dispatch.subject, text=mail_text(minutes, what, reader.guest), record=record, link=link,
        link_label="Niederschrift öffnen", parts=[mail_parts.stored_file(blob, files.file_name(minutes, kind))],
    )  # fmt: skip


def mail_text(minutes: Minutes, what: str, guest: bool) -> str:
    """What the mail says; guests have no right to object, so nothing is said about it."""
    meeting = minutes.meeting
    held = f"{meeting.body.name} am {day_of(meeting):%d.%m.%Y} ({meeting.record.reference})"
    if what == ADDENDUM:
        return f"zur Niederschrift der Sitzung {held} gibt es einen Nachtrag. Er steht am Ende der beigefügten Datei."
    said = f"beigefügt erhalten Sie die Niederschrift der Sitzung {held}."
    if guest or minutes.objections_until is None:
        return said
    until = in_words(minutes.objections_until)
    return (
        f"{said}\n\nEinwendungen gegen die Niederschrift sind bis {until} möglich. Schreiben Sie sie auf der Seite, die "
        "sich unten öffnet; dort sehen Sie auch, was daraus wird."
    )
