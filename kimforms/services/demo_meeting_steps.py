"""Steps of a demonstration's meeting before and after it is held: planned, agenda, approval, invitation, answers, tasks.

``demo_meetings`` calls these, each in a unit of work of its own; they call the services that people use.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..engine.demo_documents import DemoDecision
from ..engine.demo_meetings import DemoMeeting, DemoMeetings, DemoMeetingStep, DemoPoint, DemoReply
from ..models import Body, Meeting, Person, Record, Room, Task, User
from ..permissions import ANYONE, Actor, actor_of
from .meetings import answers, approval, dispatch, invitees, offers, papers, posting, proposals
from .meetings import tasks as meeting_tasks
from .meetings.agenda import Point, add_item
from .meetings.changes import pending_change
from .meetings.notices import sent_of
from .meetings.planning import plan_meeting
from .minutes import sending
from .minutes.editing import minutes_of
from .minutes.files import Prepared as PreparedMinutes
from .records import chain
from .records.facts import local_day
from .themes.reports import KIND

Prepared = papers.Prepared | PreparedMinutes | None
PAPER, PROPOSED = "decision_paper", "vorgeschlagen"


@dataclass
class Playing:
    """One step at its moment. ``today`` is the day of the demonstration, whose roles the actors have.

    ``theme_of`` finds a theme by its key (None: it is not told here), ``decision_of`` what its story says of a meeting.
    """

    session: Session
    at: datetime
    today: date
    document: DemoMeetings
    story: DemoMeeting
    begins: datetime
    ends: datetime
    theme_of: Callable[[Session, str], Record | None]
    decision_of: Callable[[str, int], DemoDecision | None]
    prepared: Prepared = None
    meeting_id: int | None = None

    @property
    def meeting(self) -> Meeting:
        return self.session.get_one(Meeting, self.meeting_id)

    def actor(self, name: str | None = None) -> Actor:
        """An account by its short name; whoever holds the meeting where none is given."""
        return actor_of(user_named(self.session, self.document, name or self.story.by), self.today)

    def person(self, name: str) -> Person:
        return person_named(self.session, self.document, name)

    def actor_as(self, person: Person) -> Actor:
        """Somebody by the own account, or by a link."""
        return actor_of(person.user, self.today) if person.user is not None else ANYONE


def user_named(session: Session, document: DemoMeetings, name: str) -> User:
    """An account by the short name that the file gives it."""
    return session.scalars(select(User).where(User.email == document.people[name])).one()


def person_named(session: Session, document: DemoMeetings, name: str) -> Person:
    """A person by the last name, or the one of an account by its short name."""
    if name in document.people:
        wanted = select(Person).where(Person.user_id == user_named(session, document, name).id)
    else:
        wanted = select(Person).where(Person.last_name == name)
    return session.scalars(wanted.order_by(Person.id).limit(1)).one()


def body_named(session: Session, slug: str) -> Body:
    return session.scalars(select(Body).where(Body.slug == slug)).one()


def room_named(session: Session, name: str | None) -> Room | None:
    return session.scalars(select(Room).where(Room.name == name)).first() if name else None


def plan(play: Playing, step: DemoMeetingStep) -> None:
    story = play.story
    meeting = plan_meeting(
        play.session, play.actor(step.by), play.at, body=body_named(play.session, story.body), starts_at=play.begins,
        ends_at=play.ends, room=room_named(play.session, story.room), place=story.place, introduction=story.introduction,
    )  # fmt: skip
    play.meeting_id = meeting.record_id


def offer(play: Playing, step: DemoMeetingStep) -> None:
    """The theme's paper if it waits for a decision, else the theme itself."""
    assert step.offer is not None
    theme = play.theme_of(play.session, step.offer)
    if theme is not None:
        found = chain.linked(play.session, theme, KIND, PAPER)
        record = found[-1] if found and found[-1].state == PROPOSED else theme
        offers.offer(play.session, play.actor(step.by), play.at, meeting=play.meeting, record=record)


def add(play: Playing, step: DemoMeetingStep) -> None:
    assert step.add is not None
    add_item(play.session, play.actor(step.by), play.at, meeting=play.meeting, point=_point(step.add))


def propose(play: Playing, step: DemoMeetingStep) -> None:
    assert step.propose is not None
    proposals.propose_item(
        play.session, play.actor(step.by), play.at, body=play.meeting.body, meeting=play.meeting,
        title=step.propose.title, text=step.propose.text,
    )  # fmt: skip


def ask(play: Playing, step: DemoMeetingStep) -> None:
    approval.ask_for_approval(play.session, play.actor(step.by), play.at, meeting=play.meeting)


def approve(play: Playing, step: DemoMeetingStep) -> None:
    approval.approve_agenda(play.session, play.actor(step.by), play.at, meeting=play.meeting)


def invite(play: Playing, step: DemoMeetingStep) -> None:
    """The papers were set before; whoever sits in the body is on the list."""
    assert step.invite is not None
    prepared = play.prepared if isinstance(play.prepared, papers.Prepared) else None
    if step.invite == "invitation":
        invitees.take_over(play.session, play.actor(step.by), play.at, play.meeting)
    elif pending_change(play.session, play.meeting) is None:
        return  # a demonstration with few reports has no themes, so nothing came onto the agenda late
    dispatch.send(play.session, play.actor(step.by), play.at, play.meeting, step.invite, prepared=prepared)


def collect_papers(play: Playing, step: DemoMeetingStep) -> papers.Collected:
    """What goes with the mails, still to be set."""
    if step.invite == "invitation":
        invitees.take_over(play.session, play.actor(step.by), play.at, play.meeting)
        play.session.flush()  # the letter names who is asked
    return papers.collect(play.session, play.actor(step.by), play.at, play.meeting)


def reply(play: Playing, step: DemoMeetingStep) -> None:
    for told in step.answers or ():
        _answer(play, told)


def _answer(play: Playing, told: DemoReply) -> None:
    person = play.person(told.person)
    given = answers.Given(told.answer, told.comment, deputy_id=play.person(told.deputy).id if told.deputy else None)
    actor = play.actor() if told.via == "office" else play.actor_as(person)
    rows = answers.rows_of(play.session, play.meeting, person.id)
    answers.give(play.session, actor, play.at, meeting=play.meeting, rows=rows, given=given, via=told.via)


def post(play: Playing, step: DemoMeetingStep) -> None:
    """The letters of the invitation and of the minutes that still lie there went to the post."""
    session, meeting, actor = play.session, play.meeting, play.actor(step.by)
    for made in sent_of(session, meeting).dispatches:
        waiting = [one for one in posting.letters_of(made) if one.posted_at is None]
        if waiting and made.kind != "minutes":
            posting.mark_posted(session, actor, play.at, meeting=meeting, made=made, day=local_day(play.at))
    minutes = minutes_of(session, meeting)
    if minutes is not None:
        letters = [one.id for one in sending.recipients_of(session, minutes) if one.channel == "post"]
        sending.mark_posted(session, actor, play.at, minutes=minutes, recipients=letters)


def progress(play: Playing, step: DemoMeetingStep) -> None:
    assert step.progress is not None
    told = step.progress
    wanted = select(Task).where(Task.record_id == play.meeting_id, Task.title == told.task)
    task = play.session.scalars(wanted).one_or_none()
    if task is None:
        return  # given on a point that a demonstration with few reports does not have
    actor = play.actor_as(task.owner) if task.owner is not None and task.owner.user is not None else play.actor()
    meeting_tasks.note_progress(play.session, actor, play.at, task=task, percent=told.percent, note=told.note)


def _point(told: DemoPoint) -> Point:
    return Point(told.title, told.kind, told.text, told.motion, told.minutes, told.presenter, told.confidential)
