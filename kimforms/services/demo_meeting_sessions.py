"""A meeting of the demonstration as it is held, and its minutes: who is there, points, votes, decisions, signatures, objections.

``demo_meetings`` calls these as it calls the steps of ``demo_meeting_steps``.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from ..engine.demo_documents import DemoDecision
from ..engine.demo_meetings import DemoMeetingStep, DemoScene
from ..models import AgendaItem, Decision, Invitee, Minutes, Presence
from ..permissions import SYSTEM
from .demo_meeting_steps import Playing
from .meetings import attendance, invitees, notes, proclaiming, progress, tasks, voting
from .meetings import session as sessions
from .meetings.room import room_of
from .minutes import content, editing, files, handing, objections, sending, settling, signing
from .records import chain
from .records.facts import local_day
from .themes.reports import KIND

MINUTE = timedelta(minutes=1)
THERE = ("accepted", "none", "tentative")


def begin(play: Playing, step: DemoMeetingStep) -> None:
    """The meeting is opened with everybody who said yes or nothing, but for those whom the step names."""
    session, meeting, actor = play.session, play.meeting, play.actor(step.by)
    sessions.open_meeting(session, actor, play.at, meeting)
    away = {play.person(name).id for name in step.open or ()}
    for row in _coming(play):
        if row.person_id not in away:
            attendance.arrive(
                session, actor, play.at, meeting, person_id=row.person_id, seat_id=row.seat_id, as_role=row.as_role
            )


def _coming(play: Playing) -> list[Invitee]:
    rows = invitees.active(invitees.everybody(play.session, play.meeting))
    return [one for one in rows if one.answer in THERE]


def arrive(play: Playing, step: DemoMeetingStep) -> None:
    assert step.arrive is not None
    person = play.person(step.arrive)
    row = next(one for one in invitees.everybody(play.session, play.meeting) if one.person_id == person.id)
    attendance.arrive(
        play.session, play.actor(step.by), play.at, play.meeting, person_id=person.id, seat_id=row.seat_id,
        as_role=row.as_role,
    )  # fmt: skip


def leave(play: Playing, step: DemoMeetingStep) -> None:
    assert step.leave is not None
    person = play.person(step.leave)
    wanted = select(Presence).where(Presence.meeting_id == play.meeting_id, Presence.person_id == person.id)
    for one in play.session.scalars(wanted.where(Presence.left_at.is_(None))).all():
        attendance.leave(play.session, play.actor(step.by), play.at, play.meeting, one.id)


def deal_with(play: Playing, step: DemoMeetingStep) -> None:
    """One point of the agenda from being called to being done; one whose theme is not told here is left out."""
    assert step.item is not None
    told, session, actor = step.item, play.session, play.actor(step.by)
    item = _item(play, told)
    if item is None:
        return
    if told.admit is not None:
        yes, no, abstained, silent = _fitting(told.admit, _entitled(play, None))
        progress.admit(session, actor, play.at, item, yes=yes + silent, no=no, abstained=abstained)
    progress.call_item(session, actor, play.at, item)
    for name in told.excluded:
        person, reason = play.person(name), told.exclusion_reason
        attendance.exclude(session, actor, play.at, item, person_id=person.id, reason=reason)
    session.flush()  # who may vote is read from the rows
    if told.notes:
        notes.save_notes(session, actor, item, notes.Written(told.notes.strip(), item.notes_version))
    decision = _decide(play, told, item, play.at + (told.lasts - 2) * MINUTE)
    if told.result:
        progress.write_result(session, actor, play.at + (told.lasts - 1) * MINUTE, item, told.result)
    for task in told.tasks:
        tasks.put_meeting_task(
            session, actor, play.at + (told.lasts - 1) * MINUTE, meeting=play.meeting, item=item, title=task.title,
            owner=play.person(task.owner), due_on=local_day(play.begins) + timedelta(days=task.due), decision=decision,
        )  # fmt: skip
    progress.finish_item(session, actor, play.at + told.lasts * MINUTE, item, go_on=False)


def _item(play: Playing, told: DemoScene) -> AgendaItem | None:
    items = progress.in_order(play.session, play.meeting)
    if told.theme is None:
        return next(one for one in items if one.title == told.title)
    theme = play.theme_of(play.session, told.theme)
    if theme is None:
        return None
    about = {theme.id, *(one.id for one in chain.linked(play.session, theme, KIND, "decision_paper"))}
    return next(one for one in items if one.record_id in about)


def _decide(play: Playing, told: DemoScene, item: AgendaItem, at: datetime) -> Decision | None:
    story = play.decision_of(told.theme, play.story.steering) if told.theme and play.story.steering else None
    session, actor = play.session, play.actor()
    if told.without_vote is not None:
        return proclaiming.settle_without_vote(session, actor, at, item, told.without_vote)
    counts = told.vote or (story.votes if story is not None else None)
    if counts is None:
        return None
    vote = voting.take_vote(session, actor, at, item, _count(play, told, item, story, counts))
    conditions = told.conditions or (story.conditions if story is not None else "")
    days = story.review_after if story is not None else None
    how = proclaiming.Proclaimed(
        conditions=conditions, review_on=local_day(play.begins) + timedelta(days=days) if days else None
    )
    return proclaiming.proclaim(session, actor, at + MINUTE, vote, how)


def _count(
    play: Playing, told: DemoScene, item: AgendaItem, story: DemoDecision | None, counts: tuple[int, int, int]
) -> voting.Count:
    yes, no, abstained, silent = _fitting(counts, _entitled(play, item))
    wording = told.wording or (story.wording if story is not None else "") or item.motion
    return voting.Count(
        "secret" if told.secret else "open", yes, no, abstained, not_taking_part=silent, wording=wording,
        secret_demanded=told.secret,
    )  # fmt: skip


def _entitled(play: Playing, item: AgendaItem | None) -> int:
    return room_of(play.session, play.meeting).who(play.at, item).entitled


def _fitting(counts: tuple[int, int, int], entitled: int) -> tuple[int, int, int, int]:
    """The counts of the story and how many take no part, so that the ballot fits the people in the room."""
    yes, no, abstained = counts
    silent = entitled - yes - no - abstained
    return (yes, no, abstained, silent) if silent >= 0 else (max(0, yes + silent), no, abstained, 0)


def close(play: Playing, step: DemoMeetingStep) -> None:
    sessions.close_meeting(play.session, play.actor(step.by), play.at, play.meeting)


# --- minutes -----------------------------------------------------------------------------------------------------------


def minutes(play: Playing) -> Minutes:
    found = editing.minutes_of(play.session, play.meeting)
    assert found is not None
    return found


def draft(play: Playing, step: DemoMeetingStep) -> None:
    editing.begin_minutes(play.session, play.actor(step.by), play.at, meeting=play.meeting)


def hand_over(play: Playing, step: DemoMeetingStep) -> None:
    handing.hand_over(play.session, play.actor(step.by), play.at, minutes=minutes(play), row_version=None)


def sign(play: Playing, step: DemoMeetingStep) -> None:
    assert step.sign is not None
    signing.sign(play.session, play.actor(step.by), play.at, minutes=minutes(play), function=step.sign)


def send(play: Playing, step: DemoMeetingStep) -> None:
    assert isinstance(play.prepared, files.Prepared)
    sending.send(play.session, play.actor(step.by), play.at, minutes=minutes(play), prepared=play.prepared)


def object_to(play: Playing, step: DemoMeetingStep) -> None:
    assert step.object is not None
    person, said = play.person(step.object.person), step.object
    objections.object_to(
        play.session, play.actor_as(person), play.at, minutes=minutes(play), person=person,
        said=objections.Said(said.text, _block(play, said.title)), via="page" if person.user is not None else "link",
    )  # fmt: skip


def correct(play: Playing, step: DemoMeetingStep) -> None:
    """The office follows the objection; the files with the addendum were set before."""
    assert isinstance(play.prepared, files.Prepared)
    objections.accept(
        play.session, play.actor(step.by), play.at, minutes=minutes(play), objection=_objection(play, step),
        correction=_correction(play, step), prepared=play.prepared,
    )  # fmt: skip


def settle(play: Playing, _step: DemoMeetingStep) -> None:
    done = settling.settle_by_clock(play.session, SYSTEM, play.at, minutes=minutes(play))
    assert done, settling.verdict_of(play.session, play.at, minutes(play)).sentence


def collect_minutes(play: Playing, step: DemoMeetingStep) -> files.Collected:
    """The minutes as they go out with this step, still to be set."""
    correction = _correction(play, step) if step.correct is not None else None
    return files.collect(play.session, play.at, minutes(play), correction)


def _objection(play: Playing, step: DemoMeetingStep) -> objections.MinutesObjection:
    assert step.correct is not None
    who = play.person(step.correct.person)
    return next(one for one in objections.of_minutes(play.session, minutes(play)) if one.person_id == who.id)


def _correction(play: Playing, step: DemoMeetingStep) -> files.Correction:
    assert step.correct is not None
    return objections.correction_for(minutes(play), _objection(play, step), step.correct.text, False)


def _block(play: Playing, title: str | None) -> str:
    if title is None:
        return ""
    blocks = minutes(play).content["blocks"]
    return next(str(one["id"]) for one in blocks if title in content.title_of(one))
