"""Finding a date: options are sent to everybody on a seat, each answers by the link, the chosen one becomes a meeting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import Body, DatePoll, DatePollOption, DatePollParticipant, Meeting, Person
from ...permissions import Actor
from ...rules.calendar_days import in_words
from .. import audit, outbox, reply_links
from ..bodies.access import BERLIN, require_work
from ..bodies.people import people_on
from ..refusals import InputRefused, NotVisible, StepRefused
from .planning import plan_meeting

PURPOSE = "poll"
ANSWERS = ("yes", "if_need_be", "no")
MOST_OPTIONS = 20
CLOSED = "Diese Terminabstimmung ist beendet. Vielen Dank!"


@dataclass(frozen=True)
class Line:
    """One option in the result: who said what, best first in :func:`result`."""

    option: DatePollOption
    yes: Sequence[str]
    if_need_be: Sequence[str]
    no: Sequence[str]


def open_poll(
    session: Session, actor: Actor, now: datetime, *, body: Body, title: str, options: Sequence[tuple[datetime, datetime]],
    closes_on: date, text: str = "", place: str = "",
) -> DatePoll:  # fmt: skip
    """Asks everybody who holds a seat of the body; each with an address gets a mail with a link of their own.

    Raises :class:`NotPermitted` and :class:`InputRefused` by field.
    """
    require_work(actor, body)
    errors = _problems(now, title, text, place, options, closes_on)
    people = _asked(session, body, closes_on)
    if not people:
        errors["body"] = "Auf den Sitzen dieses Gremiums ist niemand eingetragen, den man fragen könnte."
    if errors:
        raise InputRefused(errors)
    poll = DatePoll(
        body=body, body_id=body.id, title=title.strip(), text=text.strip(), place=place.strip(), closes_on=closes_on,
        created_at=now, created_by_id=actor.user_id, sent_at=now,
    )  # fmt: skip
    poll.options = [DatePollOption(starts_at=begin, ends_at=end) for begin, end in sorted(set(options))]
    poll.participants = [DatePollParticipant(person=one, answers={}) for one in people]
    session.add(poll)
    session.flush()  # links point at the participants
    for one in poll.participants:
        _mail(session, now, poll, one, "poll")
    audit.record(
        session, actor, now, audit.Tag.POLL_OPEN, controller_id=body.controller_id,
        poll=poll.id, body=body.slug, options=[one.starts_at.isoformat() for one in poll.options], people=len(people),
    )  # fmt: skip
    return poll


def answer_poll(
    session: Session, actor: Actor, now: datetime, *, participant: DatePollParticipant, answers: Mapping[int, str],
    comment: str = "",
) -> None:  # fmt: skip
    """Keeps the answers of one person, by option; a later answer takes the place of an earlier one.

    Raises :class:`StepRefused` once the poll is closed, :class:`InputRefused` when an option is left out.
    """
    poll = poll_with(session, participant.poll_id)
    if not is_open(poll, now):
        raise StepRefused([CLOSED])
    errors = {
        f"option-{one.id}": "Wählen Sie eine Antwort." for one in poll.options if answers.get(one.id) not in ANSWERS
    }
    if len(comment.strip()) > 300 or "\x00" in comment:
        errors["comment"] = "Bitte höchstens 300 Zeichen."
    if errors:
        raise InputRefused(errors)
    participant.answers = {str(one.id): answers[one.id] for one in poll.options}
    participant.comment, participant.answered_at = comment.strip(), now
    audit.record(
        session, actor, now, audit.Tag.POLL_ANSWER, controller_id=poll.body.controller_id,
        poll=poll.id, participant=participant.id, answers=participant.answers,
    )  # fmt: skip


def remind(session: Session, actor: Actor, now: datetime, *, poll: DatePoll) -> int:
    """Writes once more to all who did not answer; returns how many. Raises :class:`StepRefused` once it is closed."""
    require_work(actor, poll.body)
    if not is_open(poll, now):
        raise StepRefused([CLOSED])
    silent = [one for one in poll.participants if one.answered_at is None and one.person.email]
    for one in silent:
        _mail(session, now, poll, one, "poll_reminder")
    audit.record(
        session,
        actor,
        now,
        audit.Tag.POLL_REMIND,
        controller_id=poll.body.controller_id,
        poll=poll.id,
        people=len(silent),
    )
    return len(silent)


def take_date(session: Session, actor: Actor, now: datetime, *, poll: DatePoll, option: DatePollOption) -> Meeting:
    """Makes the meeting on the chosen date, ends the poll and tells everybody. Raises as ``planning.plan_meeting``."""
    require_work(actor, poll.body)
    if poll.closed_at is not None:
        raise StepRefused(["Aus dieser Terminabstimmung ist schon etwas geworden."])
    meeting = plan_meeting(
        session, actor, now, body=poll.body, starts_at=option.starts_at, ends_at=option.ends_at, place=poll.place,
        title=poll.title,
    )  # fmt: skip
    poll.meeting_id = meeting.record_id
    _end(session, actor, now, poll, meeting.record.reference)
    text = f"{poll.title}: Der Termin ist {option_words(option)}."
    text += f"\n\nOrt: {poll.place}" if poll.place else ""
    for one in poll.participants:
        if one.person.email:
            outbox.queue(
                session, now, controller_id=poll.body.controller_id, kind="poll_result",
                to=[(one.person.email, one.person.user_id)], subject=f"Termin gefunden: {poll.title}"[:300],
                text=f"Guten Tag {one.person.name},\n\n{text}\n\nDie Einladung mit der Tagesordnung folgt.",
            )  # fmt: skip
    return meeting


def close_poll(session: Session, actor: Actor, now: datetime, *, poll: DatePoll) -> None:
    """Ends the poll without a date. Raises :class:`StepRefused` when it has ended."""
    require_work(actor, poll.body)
    if poll.closed_at is not None:
        raise StepRefused([CLOSED])
    _end(session, actor, now, poll, None)


def result(poll: DatePoll) -> list[Line]:
    """The options, best first: fewest who cannot come, then most who can."""
    lines = []
    for option in poll.options:
        said: dict[str, list[str]] = {one: [] for one in ANSWERS}
        for who in poll.participants:
            if (answer := who.answers.get(str(option.id))) in said:
                said[answer].append(who.person.name)
        lines.append(Line(option, said["yes"], said["if_need_be"], said["no"]))
    return sorted(lines, key=lambda one: (len(one.no), -len(one.yes), one.option.starts_at))


def is_open(poll: DatePoll, now: datetime) -> bool:
    """Whether answers still count: until the end of its last day."""
    return poll.closed_at is None and now.astimezone(BERLIN).date() <= poll.closes_on


def poll_of(session: Session, actor: Actor, poll_id: int) -> DatePoll:
    """A poll of a body for which the actor works. Raises :class:`NotVisible`."""
    poll = session.get(DatePoll, poll_id)
    if poll is None or poll.body.controller_id not in actor.controllers("meeting:work"):
        raise NotVisible()
    return poll


def participant_of(session: Session, link_person: int, participant_id: int | None) -> DatePollParticipant:
    """Whom a link belongs to. Raises :class:`NotVisible`."""
    found = session.get(DatePollParticipant, participant_id) if participant_id is not None else None
    if found is None or found.person_id != link_person:
        raise NotVisible()
    return found


def poll_with(session: Session, poll_id: int) -> DatePoll:
    """The poll of a participant."""
    return session.get_one(DatePoll, poll_id)


def option_of(poll: DatePoll, option_id: int) -> DatePollOption:
    """An option of this poll. Raises :class:`NotVisible`."""
    found = next((one for one in poll.options if one.id == option_id), None)
    if found is None:
        raise NotVisible()
    return found


def option_words(option: DatePollOption) -> str:
    """``Dienstag, 19.01.2027, 14:00 bis 16:00 Uhr``."""
    begin, end = option.starts_at.astimezone(BERLIN), option.ends_at.astimezone(BERLIN)
    return f"{in_words(begin.date())}, {begin:%H:%M} bis {end:%H:%M} Uhr"


def _asked(session: Session, body: Body, day: date) -> list[Person]:
    """Whoever holds a seat (guests too), each once, however many seats."""
    found = {place.person.id: place.person for place in people_on(session, body, day) if place.person is not None}
    return list(found.values())


def _end(session: Session, actor: Actor, now: datetime, poll: DatePoll, meeting: str | None) -> None:
    poll.closed_at = now
    audit.record(
        session, actor, now, audit.Tag.POLL_CLOSE, controller_id=poll.body.controller_id, poll=poll.id, meeting=meeting
    )


def _mail(session: Session, now: datetime, poll: DatePoll, who: DatePollParticipant, kind: str) -> None:
    if not who.person.email:
        return
    reply_links.revoke(session, now, purpose=PURPOSE, target_id=who.id)
    ends = datetime.combine(poll.closes_on + timedelta(days=30), time.max, BERLIN)
    link = reply_links.make(session, now, purpose=PURPOSE, person=who.person, target_id=who.id, expires_at=ends)
    days = "\n".join(f"- {option_words(one)}" for one in poll.options)
    again = "Ihre Antwort fehlt uns noch. " if kind == "poll_reminder" else ""
    text = f"Guten Tag {who.person.name},\n\n{again}{poll.body.name} sucht einen Termin: {poll.title}"
    text += f"\n\n{poll.text}" if poll.text else ""
    text += (
        f"\n\n{days}\n\nBitte antworten Sie bis {in_words(poll.closes_on)}. Passt Ihnen alles? Dann genügt ein Klick:"
    )
    text += f"\n\n{outbox.absolute(reply_links.path(link))}?all=yes"
    outbox.queue(
        session, now, controller_id=poll.body.controller_id, kind=kind, to=[(str(who.person.email), who.person.user_id)],
        subject=f"Terminabstimmung: {poll.title}"[:300], text=text, link=reply_links.path(link),
        link_label="Einzeln antworten",
    )  # fmt: skip


def _problems(
    now: datetime, title: str, text: str, place: str, options: Sequence[tuple[datetime, datetime]], closes_on: date
) -> dict[str, str]:
    errors = {}
    for key, value, most in (("title", title, 200), ("text", text, 4000), ("place", place, 300)):
        if len(value.strip()) > most or "\x00" in value:
            errors[key] = f"Bitte höchstens {most} Zeichen."
    if not title.strip():
        errors["title"] = "Geben Sie an, wofür Sie einen Termin suchen."
    if len(set(options)) < 2:
        errors["options"] = "Schlagen Sie mindestens zwei verschiedene Termine vor."
    elif len(options) > MOST_OPTIONS:
        errors["options"] = f"Schlagen Sie höchstens {MOST_OPTIONS} Termine vor."
    elif any(begin <= now for begin, _end in options):
        errors["options"] = "Ein vorgeschlagener Termin ist schon vorbei."
    elif any(end <= begin for begin, end in options):
        errors["options"] = "Bei einem Termin liegt das Ende nicht nach dem Beginn."
    today = now.astimezone(BERLIN).date()
    if closes_on < today:
        errors["closes_on"] = "Dieser Tag liegt in der Vergangenheit."
    elif options and closes_on >= min(begin for begin, _end in options).astimezone(BERLIN).date():
        errors["closes_on"] = "Die Abstimmung endet vor dem ersten vorgeschlagenen Termin."
    return errors


def polls_of(session: Session, actor: Actor) -> list[DatePoll]:
    """The polls of all bodies for which the actor works, newest first."""
    controllers = sorted(actor.controllers("meeting:work"))
    wanted = select(DatePoll).join(Body, Body.id == DatePoll.body_id).where(Body.controller_id.in_(controllers))
    return list(session.scalars(wanted.order_by(DatePoll.id.desc()).limit(100)))
