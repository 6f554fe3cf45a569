"""Minutes go to the chair and come back: handing over for check with a mail, and giving back with remarks."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ...models import Dispatch, DispatchRecipient, Minutes, Person
from ...permissions import Actor
from .. import audit, outbox, reply_links
from ..bodies.access import may_work, require_work
from ..bodies.people import officers_on
from ..bodies.rulebooks import rulebook_at
from ..refusals import InputRefused, NotPermitted, StaleVersion, StepRefused
from . import contents, editing, signing, versions

CHECK = "check"
VALID = timedelta(days=90)
LONGEST = 4000


def hand_over(session: Session, actor: Actor, now: datetime, *, minutes: Minutes, row_version: int | None) -> Dispatch:
    """Gives the minutes to the chair (and whoever else signs) for check and signature; each gets a mail.

    Raises :class:`NotPermitted`, :class:`StaleVersion`, and :class:`StepRefused` when they are no draft, when nobody signs
    in this body, or when something mandatory is missing.
    """
    meeting = minutes.meeting
    require_work(actor, meeting.body)
    if row_version is not None and row_version != minutes.row_version:
        raise StaleVersion("Inzwischen hat jemand anderes die Niederschrift geändert.", current=minutes)
    editing.require_unsent(minutes)
    if minutes.state != "draft":
        raise StepRefused(["Die Niederschrift liegt schon zur Prüfung vor."])
    rulebook = rulebook_at(session, meeting)
    functions = signing.required(meeting.body, rulebook)
    if not functions:
        raise StepRefused(["In diesem Gremium wird nicht unterschrieben: Versenden Sie die Niederschrift gleich."])
    contents.require(minutes, rulebook)
    minutes.content = {**minutes.content, "returned": None}
    version = versions.keep(session, actor, now, minutes, "Zur Prüfung gegeben")
    minutes.state, minutes.changed_at = CHECK, now
    people = signing.people_of(session, meeting)
    told = [one for one in dict.fromkeys(people.get(name) for name in functions) if one is not None]
    dispatch = _dispatch(session, actor, now, minutes, version.number, told)
    audit.record(
        session, actor, now, audit.Tag.MINUTES_HAND,
        about=meeting.record, version=version.number, to=[one.id for one in told],
    )  # fmt: skip
    return dispatch


def give_back(
    session: Session, actor: Actor, now: datetime, *, minutes: Minutes, comment: str, by: Person | None = None
) -> None:
    """The chair (by the link: ``by``) or the office takes the minutes out of the check, with remarks on what to change.

    Raises :class:`NotPermitted`, :class:`StepRefused` when they are not at check, :class:`InputRefused` without remarks.
    Signatures given already fall.
    """
    meeting = minutes.meeting
    chair = signing.people_of(session, meeting)["chair"]
    theirs = chair is not None and (by == chair if by is not None else chair.user_id == actor.user_id is not None)
    if not theirs and not may_work(actor, meeting.body):
        raise NotPermitted()
    comment = comment.replace("\x00", "").strip()
    if not comment:
        raise InputRefused({"comment": "Schreiben Sie, was geändert werden soll."})
    if len(comment) > LONGEST:
        raise InputRefused({"comment": f"Bitte höchstens {LONGEST} Zeichen."})
    if minutes.state not in (CHECK, "signed"):
        raise StepRefused(["Die Niederschrift liegt nicht zur Prüfung vor."])
    signing.fall(session, actor, now, minutes)
    who = by.name if by is not None else actor.name
    minutes.content = {**minutes.content, "returned": {"at": now.isoformat(), "by": who, "text": comment}}
    minutes.state, minutes.changed_at = "draft", now
    audit.record(session, actor, now, audit.Tag.MINUTES_RETURN, about=meeting.record, comment=audit.Erasable(comment))
    _tell_office(session, now, minutes, who, comment)


def office_addresses(session: Session, minutes: Minutes) -> list[tuple[str, int | None]]:
    """Who keeps the minutes and runs the office of the body, by mail."""
    meeting = minutes.meeting
    taker = signing.people_of(session, meeting)["minute_taker"]
    officers = officers_on(session, meeting.body, meeting.starts_at.date())
    people = [taker, *(one.person for one in officers if one.function in ("office", "managing_director"))]
    return list(
        {one.email.lower(): (one.email, one.user_id) for one in people if one is not None and one.email}.values()
    )


def _tell_office(session: Session, now: datetime, minutes: Minutes, who: str, comment: str) -> None:
    record, to = minutes.meeting.record, office_addresses(session, minutes)
    if not to:
        return
    outbox.queue(
        session, now, controller_id=record.controller_id, kind="minutes.returned", to=to,
        subject=f"{record.reference}: Niederschrift zurückgegeben", text=f"{who} gibt die Niederschrift zurück:\n\n{comment}",
        record=record, link=f"/meetings/{record.reference}/minutes", link_label="Niederschrift öffnen",
    )  # fmt: skip


def _dispatch(
    session: Session, actor: Actor, now: datetime, minutes: Minutes, number: int, people: list[Person]
) -> Dispatch:
    """One mail to each; whoever has no account gets a link that opens the minutes."""
    meeting = minutes.meeting
    record = meeting.record
    subject = f"{record.reference}: Niederschrift zur Prüfung"
    dispatch = Dispatch(
        meeting_id=meeting.record_id, kind="minutes", sequence=number, subject=subject,
        snapshot={"what": CHECK, "version": number}, sent_at=now, sent_by_id=actor.user_id,
    )  # fmt: skip
    session.add(dispatch)
    for person in people:
        channel = "mail" if person.email else "post"
        recipient = DispatchRecipient(person=person, channel=channel, address=person.email or person.postal_address)
        dispatch.recipients.append(recipient)
        session.flush()  # the link names the recipient
        if person.email:
            account = person.user_id is not None
            link = f"/meetings/{record.reference}/minutes" if account else _link(session, now, person, recipient)
            recipient.message = outbox.queue(
                session, now, controller_id=record.controller_id, kind="minutes.check",
                to=[(person.email, person.user_id)], subject=subject, record=record, link=link,
                link_label="Niederschrift prüfen",
                text=f"Die Niederschrift zu {record.title} liegt Ihnen zur Prüfung und Unterschrift vor. Sie können sie "
                "unterschreiben oder mit Anmerkungen zurückgeben.",
            )  # fmt: skip
    session.flush()  # recipients name their mails
    return dispatch


def _link(session: Session, now: datetime, person: Person, recipient: DispatchRecipient) -> str:
    made = reply_links.make(
        session, now, purpose="minutes", person=person, target_id=recipient.id, expires_at=now + VALID
    )
    return reply_links.path(made)
