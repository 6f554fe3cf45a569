"""What stands in `demo/meetings.yaml`: the meetings of the demonstration, each as a story of dated steps.

`profile.py` reads it, `services/demo_meetings.py` lives through it. Steps are counted from the day of the meeting (`before`,
`after`, and `minute` within it) or back from the day of the demonstration (`days_ago`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from kimforms.engine.demo_documents import Days
from kimforms.engine.profile_documents import Address, Slug, Words
from kimforms.engine.strict import Id, Path, Strict

Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Counts = tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]]
"""Yes, no, abstained."""
Name = Annotated[str, StringConstraints(min_length=2, max_length=80)]
"""The last name of a person of `people.yaml`, or an account by its short name under `people`."""


class DemoRoom(Strict):
    """A room for meetings."""

    name: Words
    address: str = ""
    places: int | None = Field(default=None, ge=1)
    access: str = ""


class DemoText(Strict):
    """A text module for notes and decisions, for all bodies."""

    title: Words
    text: Words


class DemoPoint(Strict):
    """A point of an agenda, as somebody enters it."""

    title: Words
    kind: Literal["formalities", "report", "decision", "discussion", "information", "miscellaneous"] = "discussion"
    text: str = ""
    motion: str = ""
    minutes: int | None = Field(default=None, ge=1, le=600)
    presenter: str = ""
    confidential: bool = False


class DemoReply(Strict):
    """Somebody's answer to an invitation."""

    person: Name
    answer: Literal["accepted", "declined", "tentative", "deputy"] = "accepted"
    comment: str = ""
    deputy: Name | None = None
    via: Literal["link", "account", "office"] = "link"


class DemoTask(Strict):
    """A task that a meeting gives, due so many days after it."""

    title: Words
    owner: Name
    due: int = Field(ge=0, le=400)


class DemoScene(Strict):
    """What happens with one point of the agenda, `theme` names it by the theme of its paper.

    A late point is admitted with `admit`. `vote` is counted on `wording` (without one: the motion); with `theme` the
    votes are those of the theme's story. `without_vote`: how it is settled when nobody votes. `lasts`: minutes.
    """

    title: Words | None = None
    theme: Id | None = None
    lasts: int = Field(default=10, ge=3, le=120)
    admit: Counts | None = None
    excluded: tuple[Name, ...] = ()
    exclusion_reason: str = ""
    notes: str = ""
    result: str = ""
    vote: Counts | None = None
    wording: str = ""
    conditions: str = ""
    secret: bool = False
    without_vote: Literal["postponed", "noted"] | None = None
    tasks: tuple[DemoTask, ...] = ()


class DemoMotion(Strict):
    """A motion of a member for an agenda."""

    title: Words
    text: str = ""


class DemoSaid(Strict):
    """An objection against minutes, or the correction that follows from it; `title` names the point it is about."""

    person: Name
    title: Words | None = None
    text: Words


class DemoProgress(Strict):
    """How far a task has come."""

    task: Words
    percent: int = Field(ge=0, le=100)
    note: str = ""


class DemoMeetingStep(Strict):
    """One step; which one says the key that is set beside its time."""

    before: int | None = Field(default=None, ge=0, le=400)
    after: int | None = Field(default=None, ge=0, le=400)
    minute: int | None = Field(default=None, ge=0, le=600)
    days_ago: Days | None = None
    by: Id | None = None
    plan: bool = False
    offer: Id | None = None
    add: DemoPoint | None = None
    propose: DemoMotion | None = None
    ask: bool = False
    approve: bool = False
    invite: Literal["invitation", "update"] | None = None
    answers: tuple[DemoReply, ...] | None = None
    post: bool = False
    open: tuple[Name, ...] | None = None
    """The meeting is opened; named are those who said they would come and are not there (yet)."""
    arrive: Name | None = None
    leave: Name | None = None
    item: DemoScene | None = None
    close: bool = False
    draft: bool = False
    hand_over: bool = False
    sign: Literal["chair", "minute_taker"] | None = None
    send: bool = False
    object: DemoSaid | None = None
    correct: DemoSaid | None = None
    settle: bool = False
    progress: DemoProgress | None = None

    def timed(self) -> int:
        """How many of the four ways to say when are used."""
        return sum(one is not None for one in (self.before, self.after, self.minute, self.days_ago))

    def deeds(self) -> list[str]:
        """The keys that say what is done; one of them, in a step that makes sense."""
        times = ("before", "after", "minute", "days_ago", "by")
        return [
            name for name in type(self).model_fields if name not in times and getattr(self, name) not in (None, False)
        ]


class DemoMeeting(Strict):
    """A meeting with its steps. `steering` is the n-th meeting of `themes.yaml`; otherwise `in_days` or `days_ago`.

    `papers`: whether invitations carry PDF files, which take a moment each.
    """

    key: Id
    body: Slug
    by: Id
    steering: int | None = Field(default=None, ge=1)
    days_ago: Days | None = None
    in_days: int | None = Field(default=None, ge=1, le=400)
    starts: Clock
    ends: Clock
    room: Words | None = None
    place: str = ""
    introduction: str = ""
    papers: bool = True
    steps: tuple[DemoMeetingStep, ...] = Field(min_length=1)


class DemoSeries(Strict):
    """A series of meetings that was planned some days ago, from the next working day that fits on."""

    key: Id
    body: Slug
    by: Id
    days_ago: Days
    title: Words
    frequency: Literal["weekly", "twice_monthly", "monthly", "quarterly", "half_yearly", "yearly"]
    first_in_days: int = Field(ge=1, le=60)
    weekday: int = Field(ge=0, le=4)
    for_days: int = Field(ge=1, le=400)
    starts: Clock
    minutes: int = Field(ge=15, le=600)
    room: Words | None = None


class DemoOption(Strict):
    """One date of a poll."""

    in_days: int = Field(ge=1, le=400)
    starts: Clock
    ends: Clock


class DemoPollAnswer(Strict):
    """What one person says to the dates, in their order."""

    person: Name
    says: tuple[Literal["yes", "if_need_be", "no"], ...]
    comment: str = ""


class DemoPoll(Strict):
    """A poll for a date that is open."""

    key: Id
    body: Slug
    by: Id
    days_ago: Days
    closes_in: int = Field(ge=1, le=60)
    title: Words
    text: str = ""
    place: str = ""
    options: tuple[DemoOption, ...] = Field(min_length=2)
    answers: tuple[DemoPollAnswer, ...] = ()


class DemoBallot(Strict):
    """How one person answers a vote by circulation."""

    person: Name
    choice: Literal["yes", "no", "abstained"]
    comment: str = ""


class DemoCircular(Strict):
    """A vote by circulation that is under way."""

    key: Id
    body: Slug
    by: Id
    days_ago: Days
    title: Words
    wording: Words
    reasons: str = ""
    answers: tuple[DemoBallot, ...] = ()


class DemoMeetings(Strict):
    """`demo/meetings.yaml`; `people` are demo accounts by a short name, as in `themes.yaml`."""

    people: dict[Id, Address]
    rooms: tuple[DemoRoom, ...] = ()
    texts: tuple[DemoText, ...] = ()
    meetings: tuple[DemoMeeting, ...] = ()
    series: tuple[DemoSeries, ...] = ()
    polls: tuple[DemoPoll, ...] = ()
    circulars: tuple[DemoCircular, ...] = ()

    def names(self) -> Iterator[tuple[Path, str]]:
        """Everybody who is named, with the place in the file."""
        for at, meeting in enumerate(self.meetings):
            for number, step in enumerate(meeting.steps):
                for name in _named(step):
                    yield ("meetings", at, "steps", number), name
        for at, poll in enumerate(self.polls):
            yield from ((("polls", at), one.person) for one in poll.answers)
        for at, vote in enumerate(self.circulars):
            yield from ((("circulars", at), one.person) for one in vote.answers)


def problems(
    document: DemoMeetings,
    *,
    accounts: Collection[str],
    last_names: Collection[str],
    bodies: Collection[str],
    themes: Collection[str],
    steering: int,
) -> Iterator[tuple[Path, str]]:
    """What the file names and the profile does not have, by path; `steering`: how many meetings `themes.yaml` knows."""
    for name, address in document.people.items():
        if address not in accounts:
            yield ("people", name), f"das Demo-Konto „{address}“ gibt es nicht"
    known = {*document.people, *last_names}
    for path, name in document.names():
        if name not in known:
            yield path, f"eine Person „{name}“ gibt es in der Demonstration nicht"
    yield from _holder_problems(document, bodies)
    yield from _room_problems(document)
    for at, meeting in enumerate(document.meetings):
        for more, reason in _meeting_problems(document, meeting, themes, steering):
            yield ("meetings", at, *more), reason


def _holder_problems(document: DemoMeetings, bodies: Collection[str]) -> Iterator[tuple[Path, str]]:
    held: list[tuple[Path, DemoMeeting | DemoSeries | DemoPoll | DemoCircular]] = [
        *((("meetings", at), one) for at, one in enumerate(document.meetings)),
        *((("series", at), one) for at, one in enumerate(document.series)),
        *((("polls", at), one) for at, one in enumerate(document.polls)),
        *((("circulars", at), one) for at, one in enumerate(document.circulars)),
    ]
    seen: set[str] = set()
    for path, one in held:
        if one.body not in bodies:
            yield (*path, "body"), f"das Gremium „{one.body}“ gibt es nicht"
        if one.by not in document.people:
            yield (*path, "by"), f"„{one.by}“ steht nicht unter „people“"
        if one.key in seen:
            yield (*path, "key"), f"die Kennung „{one.key}“ kommt doppelt vor"
        seen.add(one.key)


def _room_problems(document: DemoMeetings) -> Iterator[tuple[Path, str]]:
    known = {None, *(one.name for one in document.rooms)}
    wanted: list[tuple[Path, str | None]] = [
        *((("meetings", at, "room"), one.room) for at, one in enumerate(document.meetings)),
        *((("series", at, "room"), one.room) for at, one in enumerate(document.series)),
    ]
    yield from ((path, f"den Raum „{name}“ gibt es nicht") for path, name in wanted if name not in known)


def _meeting_problems(
    document: DemoMeetings, meeting: DemoMeeting, themes: Collection[str], steering: int
) -> Iterator[tuple[Path, str]]:
    if sum(one is not None for one in (meeting.steering, meeting.days_ago, meeting.in_days)) != 1:
        yield (), "erwartet wird eines von „steering“, „days_ago“ und „in_days“"
    if meeting.steering is not None and meeting.steering > steering:
        yield ("steering",), f"eine {meeting.steering}. Sitzung gibt es nicht"
    if meeting.ends <= meeting.starts:
        yield ("ends",), "das Ende liegt vor dem Beginn"
    for number, step in enumerate(meeting.steps):
        here: Path = ("steps", number)
        if step.timed() != 1:
            yield here, "erwartet wird eines von „before“, „after“, „minute“ und „days_ago“"
        if len(step.deeds()) != 1:
            yield here, "erwartet wird genau eine Angabe, was geschieht"
        if step.by is not None and step.by not in document.people:
            yield here, f"„{step.by}“ steht nicht unter „people“"
        for theme in (step.offer, step.item.theme if step.item else None):
            if theme is not None and theme not in themes:
                yield here, f"das Thema „{theme}“ gibt es nicht"
        if step.item is not None and (step.item.title is None) == (step.item.theme is None):
            yield here, "ein Punkt hat entweder „title“ oder „theme“"


def _named(step: DemoMeetingStep) -> Iterator[str]:
    yield from (name for name in (step.arrive, step.leave, *(step.open or ())) if name is not None)
    for reply in step.answers or ():
        yield reply.person
        if reply.deputy is not None:
            yield reply.deputy
    if step.item is not None:
        yield from step.item.excluded
        yield from (one.owner for one in step.item.tasks)
    yield from (one.person for one in (step.object, step.correct) if one is not None)
