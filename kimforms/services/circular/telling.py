"""Mails of votes by circulation, each to one person with the own link, and the evidence that it left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from ...models import CircularBallot, CircularVote, Dispatch, DispatchRecipient, OutboxMessage, Person, ReplyLink
from ...permissions import Actor
from ...rules.calendar_days import in_words
from ...rules.rulebook import Rulebook
from .. import mail_parts, outbox, reply_links
from ..bodies.access import BERLIN
from ..bodies.people import officer
from ..bodies.rulebooks import as_rules
from ..meetings.letter_words import salutation
from ..records.facts import local_day

PURPOSE = "circular"
READABLE = timedelta(days=60)
"""So long after the last day for answers a link still shows what came of the vote."""
REACHED = ("sent", "uncertain")


def rules_of(session: Session, vote: CircularVote) -> Rulebook:
    """The rules of a vote: the version pinned when it went out."""
    return as_rules(session, vote.rulebook)


def ask(
    session: Session,
    actor: Actor,
    now: datetime,
    vote: CircularVote,
    ballots: Sequence[CircularBallot],
    files: Sequence[mail_parts.NewPart] = (),
) -> Dispatch:
    """One mail to each person on the ballots, however many seats; whoever has no address gets a letter from the office."""
    sent = _dispatch(vote, actor, now, "circular", f"{vote.reference}: Abstimmung im Umlaufverfahren")
    session.add(sent)
    rules = rules_of(session, vote)
    for person, mine in by_person(ballots):
        if not person.email:
            sent.recipients.append(DispatchRecipient(person=person, channel="post", address=person.postal_address))
            continue
        link = link_for(session, now, vote, mine[0], person)
        text = _question(vote, rules, person, mine)
        message = _mail(
            session, now, vote, person, link, f"{sent.subject} bis {vote.reply_until:%d.%m.%Y}", text, files
        )
        sent.recipients.append(DispatchRecipient(person=person, channel="mail", address=person.email, message=message))
    return sent


def ask_deputy(
    session: Session, actor: Actor, now: datetime, ballot: CircularBallot, vote: CircularVote, deputy: Person
) -> None:
    """The link for a deputy to whom the holder of the seat has passed the vote; an earlier one ends."""
    for link in deputy_links(session, ballot):
        link.revoked_at = now
    link = link_for(session, now, vote, ballot, deputy)
    sent = _dispatch(vote, actor, now, "circular", f"{vote.reference}: Abstimmung in Vertretung")
    session.add(sent)
    text = _question(vote, rules_of(session, vote), deputy, [ballot], instead_of=ballot.person)
    message = _mail(session, now, vote, deputy, link, f"{sent.subject} bis {vote.reply_until:%d.%m.%Y}", text)
    sent.recipients.append(
        DispatchRecipient(person=deputy, channel="mail", address=deputy.email or "", message=message)
    )


def remind(session: Session, actor: Actor, now: datetime, vote: CircularVote) -> int:
    """A reminder to everybody who has not answered; a deputy who was asked is reminded too. Returns how many mails."""
    silent = [one for one in vote.ballots if not one.choice]
    sent = _dispatch(vote, actor, now, "reminder", f"{vote.reference}: Ihre Stimme fehlt noch")
    session.add(sent)
    links = live_links(session, vote)
    for person, mine in by_person(silent):
        for link in [one for one in links if one.target_id in {ballot.id for ballot in mine}]:
            deputy = link.person_id != person.id
            text = _question(vote, rules_of(session, vote), link.person, mine, mine[0].person if deputy else None)
            subject = f"{sent.subject}, bis {vote.reply_until:%d.%m.%Y}"
            message = _mail(session, now, vote, link.person, link, subject, text)
            sent.recipients.append(
                DispatchRecipient(person=link.person, channel="mail", address=link.person.email or "", message=message)
            )
    return len(sent.recipients)


def tell_outcome(session: Session, now: datetime, vote: CircularVote) -> None:
    """What came of it, to everybody who was asked and to the managing director."""
    people = {person.id: person for person, _mine in by_person(vote.ballots)}
    director = officer(session, vote.body, "managing_director", local_day(now))
    if director is not None:
        people.setdefault(director.id, director)
    links = {link.person_id: link for link in live_links(session, vote)}
    for person in people.values():
        if not person.email:
            continue
        text = "\n\n".join(
            (salutation(person), f"Abstimmung {vote.reference}: {vote.title}", vote.sentence, _next(vote))
        )
        _mail(session, now, vote, person, links.get(person.id), f"{vote.reference}: Ergebnis der Abstimmung", text)


def tell_office(session: Session, now: datetime, vote: CircularVote, subject: str, text: str) -> None:
    """Tells whoever started the vote, and the managing director."""
    director = officer(session, vote.body, "managing_director", local_day(now))
    people = {one.email for one in (director,) if one is not None and one.email}
    if (starter := _starter(session, vote)) is not None:
        people.add(starter)
    for address in sorted(people):
        outbox.queue(
            session, now, controller_id=vote.body.controller_id, kind="circular", to=[(address, None)],
            subject=f"{vote.reference}: {subject}", text=text, record=vote.record, link=page_of(vote),
        )  # fmt: skip


def link_for(session: Session, now: datetime, vote: CircularVote, ballot: CircularBallot, person: Person) -> ReplyLink:
    """A link to answer with this ballot, and later to read the result."""
    assert vote.reply_until is not None
    expires = datetime.combine(vote.reply_until, time(23, 59, 59), BERLIN) + READABLE
    return reply_links.make(session, now, purpose=PURPOSE, person=person, target_id=ballot.id, expires_at=expires)


def live_links(session: Session, vote: CircularVote) -> list[ReplyLink]:
    """The links of a vote that were not taken back, oldest first; one query."""
    ballots = [one.id for one in vote.ballots]
    wanted = select(ReplyLink).where(
        ReplyLink.purpose == PURPOSE, ReplyLink.target_id.in_(ballots), ReplyLink.revoked_at.is_(None)
    )
    return list(session.scalars(wanted.options(joinedload(ReplyLink.person)).order_by(ReplyLink.id)))


def deputy_links(session: Session, ballot: CircularBallot) -> list[ReplyLink]:
    """The live links of deputies on a ballot: whoever has one was asked to answer instead of the holder."""
    wanted = select(ReplyLink).where(
        ReplyLink.purpose == PURPOSE,
        ReplyLink.target_id == ballot.id,
        ReplyLink.person_id != ballot.person_id,
        ReplyLink.revoked_at.is_(None),
    )
    return list(session.scalars(wanted.options(joinedload(ReplyLink.person))))


def dispatches(session: Session, vote: CircularVote) -> list[Dispatch]:
    """What was sent for a vote, oldest first, with recipients, mails and deliveries."""
    mails = selectinload(Dispatch.recipients).joinedload(DispatchRecipient.message)
    return list(
        session.scalars(
            select(Dispatch)
            .where(Dispatch.circular_id == vote.id)
            .options(
                mails.selectinload(OutboxMessage.deliveries),
                selectinload(Dispatch.recipients).joinedload(DispatchRecipient.person),
            )
            .order_by(Dispatch.id)
        )
    )


def reached(sent: Iterable[Dispatch]) -> set[int]:
    """Ids of the people whom at least one mail or letter reached, as far as is known."""
    return {one.person_id for dispatch in sent for one in dispatch.recipients if _arrived(one)}


def by_person(ballots: Iterable[CircularBallot]) -> list[tuple[Person, list[CircularBallot]]]:
    """The ballots of each person, in the order of the seats; somebody may sit on two."""
    found: dict[int, tuple[Person, list[CircularBallot]]] = {}
    for ballot in ballots:
        found.setdefault(ballot.person_id, (ballot.person, []))[1].append(ballot)
    return list(found.values())


def page_of(vote: CircularVote) -> str:
    """The address of a vote for people with account."""
    return f"/bodies/{vote.body.slug}/circular-votes/{vote.reference}"


def _arrived(recipient: DispatchRecipient) -> bool:
    if recipient.channel == "post":
        return recipient.posted_at is not None
    mail = recipient.message
    return recipient.bounced_at is None and mail is not None and any(one.status in REACHED for one in mail.deliveries)


def _dispatch(vote: CircularVote, actor: Actor, now: datetime, kind: str, subject: str) -> Dispatch:
    snapshot = {"title": vote.title, "wording": vote.wording, "reply_until": str(vote.reply_until)}
    return Dispatch(
        circular_id=vote.id, kind=kind, subject=subject, snapshot=snapshot, sent_at=now, sent_by_id=actor.user_id
    )


def _mail(
    session: Session,
    now: datetime,
    vote: CircularVote,
    person: Person,
    link: ReplyLink | None,
    subject: str,
    text: str,
    files: Sequence[mail_parts.NewPart] = (),
) -> OutboxMessage:
    return outbox.queue(
        session, now, controller_id=vote.body.controller_id, kind="circular",
        to=[(person.email or "", person.user_id)], subject=subject, text=text, record=vote.record,
        link=reply_links.path(link) if link is not None else None,
        link_label="Abstimmung öffnen", parts=files,
    )  # fmt: skip


def _question(
    vote: CircularVote,
    rules: Rulebook,
    person: Person,
    ballots: Sequence[CircularBallot],
    instead_of: Person | None = None,
) -> str:
    assert vote.reply_until is not None
    seats = ", ".join(one.seat.label for one in ballots)
    asked = f"{vote.body.name} stimmt im Umlaufverfahren ab, also ohne Sitzung. Ihr Sitz: {seats}."
    if instead_of is not None:
        asked = (
            f"{vote.body.name} stimmt im Umlaufverfahren ab. {instead_of.name} hat Sie gebeten, für den Sitz {seats} "
            "zu antworten; eine eigene Antwort geht Ihrer vor."
        )
    parts = [
        salutation(person),
        asked,
        f"Gegenstand: {vote.title}",
        f"Beschlussvorschlag:\n{vote.wording}",
        f"Bitte antworten Sie bis {in_words(vote.reply_until)}. Bis dahin können Sie Ihre Antwort ändern.",
        silence_words(rules),
        "Zum Abstimmen öffnen Sie den Link. Er ist nur für Sie bestimmt; bitte geben Sie ihn nicht weiter.",
    ]
    return "\n\n".join(part for part in parts if part)


def silence_words(rules: Rulebook) -> str:
    """What an objection does, and what silence means under these rules, in sentences."""
    objection = {
        "nobody_objects": "Widerspricht jemand dem Verfahren, endet es sofort, und die Sache kommt in eine Sitzung.",
        "majority_agrees": "Dem Verfahren muss die Mehrheit zustimmen; mit einer Stimmabgabe stimmen Sie ihm zu.",
    }[rules.circular_vote_condition]
    silence = {
        "abstention": "Wer nicht antwortet, enthält sich.",
        "yes_vote": "Wer nicht antwortet, stimmt zu.",
        "objection": "Wer nicht antwortet, widerspricht dem Verfahren.",
    }[rules.circular_vote_silence]
    return f"{objection} {silence}"


def _next(vote: CircularVote) -> str:
    if vote.state == "decided":
        return "Die nächste Niederschrift berichtet darüber."
    return "Es wurde kein Beschluss gefasst." if vote.state in ("stopped", "cancelled") else ""


def _starter(session: Session, vote: CircularVote) -> str | None:
    from ...models import User  # noqa: PLC0415

    user = session.get(User, vote.created_by_id) if vote.created_by_id else None
    return user.email if user is not None and user.active else None
