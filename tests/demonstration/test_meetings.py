"""The demonstration's meetings: held, minuted, planned; dates that fit, evidence that tells the truth, nobody outside .example."""

from __future__ import annotations

from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import (
    AgendaItem,
    AgendaProposal,
    Body,
    CircularVote,
    DatePoll,
    Decision,
    Delivery,
    Dispatch,
    DispatchRecipient,
    Event,
    Invitee,
    Meeting,
    MeetingSeries,
    MessagePart,
    Minutes,
    MinutesAddendum,
    MinutesObjection,
    OutboxMessage,
    Presence,
    Record,
    Room,
    Setting,
    Task,
    TextModule,
    Vote,
)
from kimforms.services import demo, demo_meetings
from kimforms.services.meetings.invitees import everybody
from kimforms.services.meetings.notices import check, sent_of

from ..support.client import CheckingClient
from ..support.databases import NOW
from ..support.meetings import CHAIR, MEMBER
from ..support.records import COORDINATOR, OFFICE

LG = "lenkungsgruppe-kim"
HELD = ("niederschrift", "abgeschlossen")


def meetings(slug=LG):
    wanted = select(Meeting).join(Body).where(Body.slug == slug).order_by(Meeting.starts_at)
    return db.session.scalars(wanted).all()


def minutes_of(meeting):
    return db.session.scalars(select(Minutes).where(Minutes.meeting_id == meeting.record_id)).one()


def items_of(meeting):
    wanted = select(AgendaItem).where(AgendaItem.meeting_id == meeting.record_id).order_by(AgendaItem.position)
    return db.session.scalars(wanted).all()


def test_meetings_stand_in_all_the_states_that_a_visitor_wants_to_see(app):
    assert [one.record.state for one in meetings()] == ["abgeschlossen", "niederschrift", "geplant"]
    assert [one.record.reference for one in meetings()] == ["LG-2026-01", "LG-2026-02", "LG-2027-01"]
    assert [one.record.state for one in meetings("pag-delfin4")] == ["eingeladen"]
    assert [one.record.state for one in meetings("austausch-kim-wohlfahrt")] == ["abgeschlossen", "geplant"]
    team = meetings("cm-teamtreffen")
    assert 7 <= len(team) <= 9 and {one.series_id for one in team} == set(db.session.scalars(select(MeetingSeries.id)))


def test_those_of_the_past_were_called_in_time_with_deputy_letters_and_refusals(app):
    for meeting in meetings()[:2]:
        rows = everybody(db.session, meeting)
        verdict = check(db.session, meeting, rows, sent_of(db.session, meeting)).verdict
        assert verdict.ok, verdict.sentence
        answers = [one.answer for one in rows if one.right == "voting"]
        assert answers.count("declined") == 2 and answers.count("deputy") == 1
        letters = select(DispatchRecipient).join(Dispatch).where(Dispatch.meeting_id == meeting.record_id)
        posted = db.session.scalars(letters.where(DispatchRecipient.channel == "post")).all()
        assert posted and all(one.posted_at is not None for one in posted)


def test_who_came_late_or_left_early_shows_and_ballots_fit_the_room(app):
    for meeting in meetings()[:2]:
        rows = db.session.scalars(select(Presence).where(Presence.meeting_id == meeting.record_id)).all()
        assert any(one.arrived_at > meeting.opened_at for one in rows)
        assert any(one.left_at is not None and one.left_at < meeting.closed_at for one in rows)
        assert any(one.as_role == "deputy" for one in rows)
        votes = db.session.scalars(select(Vote).where(Vote.meeting_id == meeting.record_id)).all()
        assert votes and all(one.yes + one.no + one.abstained <= one.entitled for one in votes)
        assert all(one.proclaimed_at is not None for one in votes)
    assert any(one.form == "secret" for one in db.session.scalars(select(Vote)))


def test_decisions_on_themes_were_taken_in_the_meeting(app):
    autumn = meetings()[1]
    taken = select(Decision).where(Decision.decided_on == autumn.starts_at.date(), Decision.theme_id.is_not(None))
    found = db.session.scalars(taken.order_by(Decision.id)).all()
    assert [one.result for one in found] == ["accepted", "accepted", "postponed"]
    assert all(one.origin == f"item:{one.item_id}" and one.vote_sentence for one in found)
    item = {one.id: one for one in items_of(autumn)}
    assert {item[one.item_id].record_id for one in found} == {one.paper_id for one in found}
    late = [one for one in items_of(autumn) if one.late]
    assert [one.admitted["ok"] for one in late] == [True]
    earlier = db.session.scalars(select(Decision.origin).where(Decision.decided_on < meetings()[0].starts_at.date()))
    assert set(earlier) == {"entered"}


def test_minutes_are_settled_after_an_objection_or_still_open_to_one(app):
    first, second = (minutes_of(one) for one in meetings()[:2])
    assert (first.state, second.state) == ("settled", "sent")
    assert second.objections_until >= NOW.date()
    addenda = db.session.scalars(select(MinutesAddendum.meeting_id)).all()
    assert addenda == [first.meeting_id]
    states = db.session.execute(select(MinutesObjection.meeting_id, MinutesObjection.state, MinutesObjection.in_time))
    assert sorted(tuple(one) for one in states) == sorted(
        [(first.meeting_id, "accepted", True), (second.meeting_id, "open", True)]
    )
    short = minutes_of(meetings("austausch-kim-wohlfahrt")[0])
    assert short.state == "settled" and short.content["kind"] == "results"


def test_tasks_of_meetings_are_done_under_way_and_overdue(app):
    wanted = select(Task).join(Record, Record.id == Task.record_id).join(Meeting, Meeting.record_id == Record.id)
    found = db.session.scalars(wanted.where(Task.item_id.is_not(None))).all()
    still = [one for one in found if one.done_at is None]
    assert len(found) >= 7 and {one.done_at is None for one in found} == {True, False}
    assert any(one.due_on < NOW.date() for one in still) and any(0 < one.progress < 100 for one in still)
    assert all(one.owner is not None for one in found)


def test_the_next_one_waits_for_its_managing_director(app):
    coming = meetings()[2]
    assert coming.starts_at > NOW and coming.agenda_approved_at is None
    sources = {one.source for one in items_of(coming)}
    assert {"template", "offered", "carried", "entered"} <= sources
    open_papers = select(Record.id).where(Record.state == "vorgeschlagen")
    offered = {one.record_id for one in items_of(coming)}
    assert set(db.session.scalars(open_papers)) - offered, "one more paper can be offered by the visitor"
    assert [one.state for one in db.session.scalars(select(AgendaProposal))] == ["open"]
    kinds = db.session.scalars(select(OutboxMessage.kind).where(OutboxMessage.record_id == coming.record_id)).all()
    assert "agenda_approval" in kinds


def test_polls_and_votes_by_circulation_are_half_answered(app):
    poll = db.session.scalars(select(DatePoll)).one()
    answered = [one.answered_at is not None for one in poll.participants]
    assert poll.closed_at is None and True in answered and False in answered
    vote = db.session.scalars(select(CircularVote)).one()
    choices = [one.choice for one in vote.ballots]
    assert vote.state == "open" and "" in choices and "yes" in choices and len(choices) == 17


def test_rooms_and_texts_are_there_to_choose_from(app):
    assert db.session.scalar(select(func.count()).select_from(Room)) == 3
    assert db.session.scalar(select(func.count()).select_from(TextModule)) >= 3


def test_nothing_happened_in_the_future_and_a_meeting_s_history_is_in_order(app):
    for meeting in db.session.scalars(select(Meeting)):
        moments = db.session.scalars(select(Event.at).where(Event.record_id == meeting.record_id).order_by(Event.seq))
        found = moments.all()
        assert found[-1] < NOW.isoformat(), meeting.record.reference
        days = [one[:10] for one in found]
        assert days == sorted(days), meeting.record.reference
        if meeting.record.state in HELD:
            assert meeting.dispatched_at < meeting.opened_at < meeting.closed_at < NOW
    answered = db.session.scalars(select(Invitee.answered_at).where(Invitee.answered_at.is_not(None)))
    assert max(answered) < NOW
    assert all(one.starts_at.weekday() < 5 for one in db.session.scalars(select(Meeting)))


def test_mails_stay_in_example_and_hold_no_secret(app):
    addresses = set(db.session.scalars(select(Delivery.address)))
    assert all(one.endswith(".example") for one in addresses)
    past = [one.record_id for one in db.session.scalars(select(Meeting)) if one.starts_at < NOW]
    wanted = select(Delivery.status).join(OutboxMessage).where(OutboxMessage.record_id.in_(past))
    assert set(db.session.scalars(wanted)) == {"sent"}, "nobody gets a mail now about a meeting that is over"
    texts = db.session.scalars(select(OutboxMessage.text).where(OutboxMessage.text.contains("/r/"))).all()
    assert texts and all("/r/{{reply:" in one or "{{reply:" in one for one in texts)


def test_every_calendar_in_the_outbox_can_be_read(app):
    parts = db.session.scalars(select(MessagePart).where(MessagePart.kind == "calendar")).all()
    assert {one.method for one in parts} == {"REQUEST"}
    assert len(parts) > 30
    for one in parts:
        read = Calendar.from_ical(one.content)
        assert str(read["METHOD"]) == one.method and len(read.walk("VEVENT")) == 1


def test_told_again_nothing_happens_twice(app):
    counted = (select(func.max(Event.seq)), select(func.max(OutboxMessage.id)), select(func.max(Dispatch.id)))
    before = [db.session.scalar(one) for one in counted]
    settings = app.config["SETTINGS"]
    demo.stage(settings, NOW).play()
    db.session.rollback()
    assert [db.session.scalar(one) for one in counted] == before


def test_without_seats_on_the_day_decisions_are_entered_as_before(app):
    """A demonstration that is loaded early in the year tells no meetings of days on which nobody sat in the body."""
    early = NOW.replace(year=2026, month=2, day=2)
    scene = demo.stage(app.config["SETTINGS"], early)
    told = {one.key for one in scene.meetings.deeds()}
    assert "lg_summer" not in told and "lg_next" in told
    assert scene.meetings.held_for_themes() == {8}
    assert all(one.at < early for one in scene.meetings.deeds())


@pytest.mark.parametrize("days", range(0, 370, 5))
def test_the_story_fits_whatever_the_day(app, days):
    """The order of the story holds on every day of the year, past weekends and holidays."""
    now = NOW + timedelta(days=days)
    scene = demo.stage(app.config["SETTINGS"], now)
    found: dict[str, list[demo_meetings.MeetingDeed]] = {}
    for deed in scene.meetings.deeds():
        found.setdefault(deed.key, []).append(deed)
    for told in scene.meetings.document.meetings:
        steps, day = found[told.key], scene.meetings.day_of(told)
        assert [one.number for one in steps] == list(range(len(told.steps))), "no step lies ahead of today"
        for one in steps:
            held = one.step.minute is not None
            assert held == (one.at.date() == day), (told.key, one.number)
            assert one.at.date() <= day or one.step.after is not None


@pytest.mark.parametrize("person", [OFFICE, CHAIR, MEMBER, COORDINATOR])
def test_the_pages_show_it(told, person):
    somebody = CheckingClient(told.app)
    somebody.sign_in(person)
    assert somebody.get("/meetings").select("main a[href*='/meetings/']")
    assert somebody.get("/bodies").select("main a[href*='/bodies/']")
    if person != COORDINATOR:
        page = somebody.get("/meetings/LG-2026-01/minutes").get_text(" ")
        assert "Sprachmittlung" in page


def test_when_all_is_told_nothing_is_left_of_the_telling(app):
    noted = select(Setting.value).where(Setting.key == demo_meetings.PROGRESS)
    assert db.session.scalar(noted)["lg_summer"]["done"] > 30
    scene = demo.stage(app.config["SETTINGS"], NOW)
    scene.meetings.forget()
    db.session.rollback()
    assert db.session.scalar(noted) is None
