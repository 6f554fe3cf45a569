"""The meetings of the demonstration: lives through ``demo/meetings.yaml``, between the steps of the themes.

``demo_themes`` plays them in the order of time. How far each has come stands in a setting that is written with each step,
so that a demonstration that was killed goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ..config import Settings
from ..engine.demo_documents import DemoDecision, DemoThemes
from ..engine.demo_meetings import DemoCircular, DemoMeeting, DemoMeetings, DemoMeetingStep, DemoPoll, DemoSeries
from ..engine.profile import Profile
from ..models import CircularVote, Controller, DatePoll, Delivery, Meeting, OutboxMessage, Record, Setting
from ..permissions import ANYONE, actor_of
from ..rules.calendar_days import SchoolHolidays
from . import demo_meeting_sessions as held
from . import demo_meeting_steps as steps
from .circular import answering, drafting, starting
from .demo_days import at_clock, first_school_day, next_working_day, working_day
from .file_store import FileStore
from .meetings import papers as meeting_papers
from .meetings import polls, rooms, series, text_modules
from .minutes import files as minutes_files
from .records.facts import local_day
from .unit_of_work import unit_of_work

PROGRESS = "demonstration-meetings"
ROOMS = "rooms"
NEXT, TICK = timedelta(minutes=20), timedelta(seconds=20)
FIRST = 160
"""Days ago: rooms and text modules are there before the first meeting is planned."""

Step = Callable[[steps.Playing, DemoMeetingStep], None]
DEEDS: dict[str, Step] = {
    "plan": steps.plan,
    "offer": steps.offer,
    "add": steps.add,
    "propose": steps.propose,
    "ask": steps.ask,
    "approve": steps.approve,
    "invite": steps.invite,
    "answers": steps.reply,
    "post": steps.post,
    "open": held.begin,
    "arrive": held.arrive,
    "leave": held.leave,
    "item": held.deal_with,
    "close": held.close,
    "draft": held.draft,
    "hand_over": held.hand_over,
    "sign": held.sign,
    "send": held.send,
    "object": held.object_to,
    "correct": held.correct,
    "settle": held.settle,
    "progress": steps.progress,
}
"""What a step does, by the key that is set in it."""

Told = DemoMeeting | DemoSeries | DemoPoll | DemoCircular | None


@dataclass(frozen=True)
class MeetingDeed:
    """One step of one meeting at its time. ``told`` is None for the rooms."""

    at: datetime
    key: str
    number: int
    told: Told
    step: DemoMeetingStep | None = None


class Meetings:
    """The meetings of a profile. ``theme_of`` finds the record of a theme in the database, None where it is not told."""

    def __init__(
        self, profile: Profile, settings: Settings, now: datetime, theme_of: Callable[[Session, str], Record | None]
    ) -> None:
        assert profile.meetings is not None and profile.themes is not None
        self.document: DemoMeetings = profile.meetings
        self.themes: DemoThemes = profile.themes
        self.now = now
        self.today = local_day(now)
        self._since = profile.people.since if profile.people is not None else None
        self._store = FileStore(settings.data_dir / "files")
        self._theme_of = theme_of
        found = profile.school_holidays.holidays if profile.school_holidays is not None else ()
        self._school = tuple(SchoolHolidays(one.name, one.first, one.last) for one in found)

    # --- when ----------------------------------------------------------------------------------------------------------

    def deeds(self) -> Iterator[MeetingDeed]:
        """Every step with its time, those of one meeting in their order. What would lie ahead of today is left out.

        So are meetings of days on which the people of the demonstration had no seats yet.
        """
        found = [MeetingDeed(working_day(self.now, FIRST), ROOMS, 0, None)]
        for meeting in self.document.meetings:
            if self.is_told(meeting):
                found += self._of_meeting(meeting)
        beside: list[DemoSeries | DemoPoll | DemoCircular] = [
            *self.document.series, *self.document.polls, *self.document.circulars,
        ]  # fmt: skip
        for one in beside:
            moment = working_day(self.now, one.days_ago)
            found += [MeetingDeed(moment, one.key, 0, one), MeetingDeed(moment + timedelta(hours=3), one.key, 1, one)]
        yield from (one for one in found if one.at < self.now)

    def is_told(self, meeting: DemoMeeting) -> bool:
        """Whether the people of the demonstration sit in bodies on the day of the meeting."""
        return self._since is None or self.day_of(meeting) >= self._since

    def held_for_themes(self) -> Collection[int]:
        """Which of the steering group's meetings in ``themes.yaml`` are told as meetings."""
        return {one.steering for one in self.document.meetings if one.steering is not None and self.is_told(one)}

    def day_of(self, meeting: DemoMeeting) -> date:
        if meeting.in_days is not None:
            return first_school_day(self.today + timedelta(days=meeting.in_days), self._school)
        days = self.themes.meetings[meeting.steering - 1] if meeting.steering is not None else meeting.days_ago
        return local_day(working_day(self.now, days or 0))

    def _of_meeting(self, meeting: DemoMeeting) -> Iterator[MeetingDeed]:
        begins, last = at_clock(self.day_of(meeting), meeting.starts), datetime.min.replace(tzinfo=self.now.tzinfo)
        for number, step in enumerate(meeting.steps):
            if step.minute is not None:
                last = max(begins + timedelta(minutes=step.minute), last + TICK)
            else:
                last = max(self._morning(step, begins), last + NEXT)
            yield MeetingDeed(last, meeting.key, number, meeting, step)

    def _morning(self, step: DemoMeetingStep, begins: datetime) -> datetime:
        if step.days_ago is not None:
            return working_day(self.now, step.days_ago)
        morning = working_day(begins.astimezone(self.now.tzinfo), step.before or 0)
        if step.after is None:
            return morning
        return next_working_day(morning + timedelta(days=step.after - 1)) if step.after else morning

    # --- what ----------------------------------------------------------------------------------------------------------

    def take(self, deed: MeetingDeed) -> None:
        """Takes a step in its own unit of work, unless it was taken. PDFs are set before, outside of it."""
        with unit_of_work() as session:
            progress = self._progress(session)
            told_before = not progress and session.scalar(select(Meeting.record_id).limit(1)) is not None
        known = progress.get(deed.key, {})
        if told_before or deed.number < known.get("done", 0):
            return
        prepared = self._prepared(deed, known)
        with unit_of_work() as session:
            before = session.scalar(select(func.max(OutboxMessage.id))) or 0
            number = self._act(session, deed, known, prepared)
            if isinstance(deed.told, DemoMeeting) and deed.told.in_days is None:
                _arrived(session, before, deed.at)
            self._note(session, deed, number)

    def _act(self, session: Session, deed: MeetingDeed, known: dict[str, int], prepared: steps.Prepared) -> int:
        """Does what the deed says; returns the id of what it is about."""
        told, number = deed.told, known.get("id", 0)
        if told is None:
            return self._furnish(session, deed.at)
        if isinstance(told, DemoMeeting):
            play = self._playing(session, deed, known, prepared)
            _verb(deed)(play, self._step(deed))
            return play.meeting_id or 0
        if isinstance(told, DemoSeries):
            return self._plan_series(session, deed.at, told) if deed.number == 0 else number
        if isinstance(told, DemoPoll):
            return self._open_poll(session, deed.at, told) if deed.number == 0 else self._say(session, deed, number)
        return self._circulate(session, deed.at, told) if deed.number == 0 else self._cast(session, deed, number)

    def _prepared(self, deed: MeetingDeed, known: dict[str, int]) -> steps.Prepared:
        step, told = deed.step, deed.told
        if step is None or not isinstance(told, DemoMeeting):
            return None
        if step.invite is not None and told.papers:
            with unit_of_work() as session:
                invitation = steps.collect_papers(self._playing(session, deed, known, None), step)
            return meeting_papers.prepare(invitation, self._store)
        if step.send or step.correct is not None:
            with unit_of_work() as session:
                minutes = held.collect_minutes(self._playing(session, deed, known, None), step)
            return minutes_files.prepare(minutes, self._store)
        return None

    def _playing(
        self, session: Session, deed: MeetingDeed, known: dict[str, int], prepared: steps.Prepared
    ) -> steps.Playing:
        assert isinstance(deed.told, DemoMeeting)
        day = self.day_of(deed.told)
        return steps.Playing(
            session, deed.at, self.today, self.document, deed.told, at_clock(day, deed.told.starts),
            at_clock(day, deed.told.ends), self._theme_of, self._decision_of, prepared, known.get("id"),
        )  # fmt: skip

    def _decision_of(self, theme: str, meeting: int) -> DemoDecision | None:
        """What a theme's story says that a meeting of the steering group decided."""
        story = next(one for one in self.themes.themes if one.key == theme)
        return next((one.decide for one in story.steps if one.meeting == meeting and one.decide is not None), None)

    @staticmethod
    def _step(deed: MeetingDeed) -> DemoMeetingStep:
        assert deed.step is not None
        return deed.step

    # --- beside the meetings -----------------------------------------------------------------------------------------

    def _furnish(self, session: Session, at: datetime) -> int:
        first = self.document.meetings[0]
        body = steps.body_named(session, first.body)
        actor = actor_of(steps.user_named(session, self.document, first.by), self.today)
        for one in self.document.rooms:
            data = rooms.RoomData(one.name, one.address, one.places, one.access)
            rooms.put_room(session, actor, at, controller_id=body.controller_id, data=data)
        for text in self.document.texts:
            text_modules.add_module(session, actor, body, title=text.title, text=text.text, for_all=True)
        return 0

    def _plan_series(self, session: Session, at: datetime, told: DemoSeries) -> int:
        actor = actor_of(steps.user_named(session, self.document, told.by), self.today)
        first = first_school_day(self.today + timedelta(days=told.first_in_days), self._school, told.weekday)
        wanted = series.Wanted(
            told.title, told.frequency, "weekday", first, time.fromisoformat(told.starts), told.minutes,
            first + timedelta(days=told.for_days), room=steps.room_named(session, told.room),
        )  # fmt: skip
        found = series.preview(session, at, wanted)
        made, _meetings = series.create_series(
            session, actor, at, body=steps.body_named(session, told.body), wanted=wanted,
            chosen={one.planned_on: None if one.skipped else local_day(one.starts_at) for one in found},
        )  # fmt: skip
        return made.id

    def _open_poll(self, session: Session, at: datetime, told: DemoPoll) -> int:
        days = [(first_school_day(self.today + timedelta(days=one.in_days), self._school), one) for one in told.options]
        poll = polls.open_poll(
            session, actor_of(steps.user_named(session, self.document, told.by), self.today), at,
            body=steps.body_named(session, told.body), title=told.title, text=told.text, place=told.place,
            options=[(at_clock(day, one.starts), at_clock(day, one.ends)) for day, one in days],
            closes_on=self.today + timedelta(days=told.closes_in),
        )  # fmt: skip
        return poll.id

    def _say(self, session: Session, deed: MeetingDeed, number: int) -> int:
        assert isinstance(deed.told, DemoPoll)
        poll = session.get_one(DatePoll, number)
        for one in deed.told.answers:
            person = steps.person_named(session, self.document, one.person)
            mine = next(who for who in poll.participants if who.person_id == person.id)
            said = {option.id: word for option, word in zip(poll.options, one.says, strict=True)}
            polls.answer_poll(session, ANYONE, deed.at, participant=mine, answers=said, comment=one.comment)
        return number

    def _circulate(self, session: Session, at: datetime, told: DemoCircular) -> int:
        actor = actor_of(steps.user_named(session, self.document, told.by), self.today)
        motion = drafting.Motion(told.title, told.wording, told.reasons)
        vote = drafting.draft_vote(session, actor, at, body=steps.body_named(session, told.body), motion=motion)
        starting.start_vote(session, actor, at, vote=vote)
        return vote.id

    def _cast(self, session: Session, deed: MeetingDeed, number: int) -> int:
        assert isinstance(deed.told, DemoCircular)
        vote = session.get_one(CircularVote, number)
        for one in deed.told.answers:
            person = steps.person_named(session, self.document, one.person)
            ballot = next(each for each in vote.ballots if each.person_id == person.id)
            actor = actor_of(person.user, self.today) if person.user is not None else ANYONE
            answering.answer(
                session, actor, deed.at, vote=vote, ballot=ballot, person=person, choice=one.choice,
                comment=one.comment,
            )  # fmt: skip
        return number

    # --- how far -------------------------------------------------------------------------------------------------------

    def forget(self) -> None:
        """Takes the note about the progress away: the demonstration is complete."""
        with unit_of_work() as session:
            setting = self._setting(session)
            if setting is not None:
                session.delete(setting)

    def _controller(self, session: Session) -> int:
        return steps.body_named(session, self.document.meetings[0].body).controller_id

    def _setting(self, session: Session) -> Setting | None:
        wanted = select(Setting).join(Controller, Controller.id == Setting.controller_id)
        return session.scalar(wanted.where(Controller.id == self._controller(session), Setting.key == PROGRESS))

    def _progress(self, session: Session) -> dict[str, dict[str, int]]:
        setting = self._setting(session)
        return dict(setting.value) if setting is not None else {}

    def _note(self, session: Session, deed: MeetingDeed, number: int) -> None:
        setting = self._setting(session)
        if setting is None:
            setting = Setting(controller_id=self._controller(session), key=PROGRESS, value={})
            session.add(setting)
        setting.value = {**setting.value, deed.key: {"id": number, "done": deed.number + 1}}
        setting.changed_at = deed.at


def _verb(deed: MeetingDeed) -> Step:
    assert deed.step is not None
    (name,) = deed.step.deeds()
    return DEEDS[name]


def _arrived(session: Session, before: int, at: datetime) -> None:
    """Mails about meetings that are over arrived on their day: nobody is to get them now, and the evidence says when."""
    session.flush()  # the mails of this step have their numbers
    session.execute(
        update(Delivery)
        .where(Delivery.message_id > before, Delivery.status == "queued")
        .values(status="sent", sent_at=at, next_at=None, attempts=1)
        .execution_options(synchronize_session=False)
    )
