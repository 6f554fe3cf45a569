"""The whole way of a steering group's meeting, through the services that people use, with the people of the demonstration:
planned, an agenda from two themes, invited in time, answers by link and by calendar, a deputy sent, held with a late arrival and
a lost quorum, three decisions of which one sets up a working group, minutes signed and sent, an objection, tasks carried on.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Body, Decision, Dispatch, Invitee, Meeting, Person, Presence, Record, Seat
from kimforms.permissions import ANYONE
from kimforms.services import audit_check
from kimforms.services.bodies.people import people_on
from kimforms.services.meetings import (
    agenda,
    answers,
    approval,
    attendance,
    dispatch,
    inbound,
    invitees,
    offers,
    proclaiming,
    progress,
    session,
    voting,
)
from kimforms.services.meetings.planning import plan_meeting
from kimforms.services.meetings.tasks import open_tasks_of, put_meeting_task
from kimforms.services.minutes import editing, handing, objections, sending, settling, signing
from kimforms.services.unit_of_work import unit_of_work

from ..support import chain, minutes
from ..support.calendar_replies import reply
from ..support.databases import NOW
from ..support.invitations import mails_to, text_in
from ..support.meetings import CHAIR, MANAGER, MEMBER, at_work
from ..support.records import OFFICE, actor, stored

LG = "lenkungsgruppe-kim"
BEGINS = datetime(2027, 1, 19, 13, 0, tzinfo=NOW.tzinfo)
AFTER = BEGINS + timedelta(days=3)


def at(minute: int) -> datetime:
    return BEGINS + timedelta(minutes=minute)


@pytest.fixture
def planned(app: Flask) -> tuple[str, str, str]:
    """A meeting of the steering group with the papers of two themes on its agenda; its reference and the papers'."""
    papers = []
    for _ in range(2):
        theme = chain.gathered()
        chain.reconstruct(theme, chain.STEERING)
        papers.append(chain.proposed(theme))
    with unit_of_work() as work:
        body = work.scalars(select(Body).where(Body.slug == LG)).one()
        meeting = plan_meeting(
            work, actor(work, OFFICE), NOW, body=body, starts_at=BEGINS, ends_at=at(120), place="Kreishaus Siegburg"
        )
        for paper in papers:
            offers.offer(work, actor(work, OFFICE), NOW, meeting=meeting, record=_record(work, paper))
        agenda.add_item(
            work, actor(work, OFFICE), NOW, meeting=meeting,
            point=agenda.Point("Arbeitsprogramm 2027", "decision", motion="Das Arbeitsprogramm 2027 wird beschlossen."),
        )  # fmt: skip
        return meeting.record.reference, papers[0], papers[1]


def test_from_the_plan_to_the_next_agenda(app: Flask, planned: tuple[str, str, str]) -> None:
    reference, first, second = planned
    _invited(reference)
    _answered(reference)
    decided = _held(reference, first, second)
    assert [one.result for one in decided] == ["accepted", "rejected", "accepted"]
    group = db.session.scalars(select(Body).where(Body.origin == "decision")).one()
    assert (group.formality, group.set_up_by_id) == ("working", _lg().id)
    assert stored(first).state == "beschlossen" and stored(second).state == "abgelehnt"
    _settled(app, reference)
    with unit_of_work() as work:
        open_tasks = open_tasks_of(work, _lg(work), date(2027, 3, 1))
        assert [one.title for one in open_tasks] == ["Räume für die Arbeitsgruppe anfragen"]
        coming = plan_meeting(
            work, actor(work, OFFICE), AFTER, body=_lg(work), starts_at=BEGINS + timedelta(days=150),
            ends_at=at(120) + timedelta(days=150), place="Kreishaus",
        )  # fmt: skip
        titles = [one.title for one in agenda.top_items(work, coming)]
        about = [one.about_minutes_id for one in agenda.top_items(work, coming) if one.about_minutes_id]
    assert "Bericht der Arbeitsgruppe" in titles, "what was not reached comes again by itself"
    assert about == [held_in(reference).record_id]
    assert audit_check.verify(db.session(), app.config["SETTINGS"].data_dir).ok


def _invited(reference: str) -> None:
    """Approved by the managing director and sent on the last lawful day or before; each person has one mail."""
    with at_work(reference) as (work, who, meeting):
        agenda.add_item(work, who, NOW, meeting=meeting, point=agenda.Point("Bericht der Arbeitsgruppe", "report"))
        approval.ask_for_approval(work, who, NOW, meeting=meeting)
    with at_work(reference, MANAGER) as (work, who, meeting):
        approval.approve_agenda(work, who, NOW, meeting=meeting)
    with at_work(reference) as (work, who, meeting):
        invitees.take_over(work, who, NOW, meeting)
        dispatch.send(work, who, NOW, meeting)
    sent = db.session.scalars(select(Dispatch).where(Dispatch.kind == "invitation")).one()
    assert len({one.person_id for one in sent.recipients}) == len(sent.recipients) >= 17
    assert held_in(reference).record.state == "eingeladen"


def _answered(reference: str) -> None:
    """One by calendar, one sends the deputy, one declines, the others accept by link."""
    uid = held_in(reference).uid
    with unit_of_work() as work:
        outcome = inbound.take_in(work, NOW + timedelta(days=1), reply(uid, MEMBER))
    assert outcome.is_done
    with at_work(reference, None) as (work, _who, meeting):
        places = [one for one in people_on(work, meeting.body, BEGINS.date()) if one.right == "voting" and one.person]
        with_deputy = next(one for one in places if one.deputies and one.person.user_id is None)
        declines = next(one for one in places if not one.deputies and one.person.user_id is None)
        for place in places:
            if place.person.email == MEMBER:
                continue
            given = answers.Given("accepted")
            if place is with_deputy:
                given = answers.Given("deputy", deputy_id=place.deputies[0].id)
            elif place is declines:
                given = answers.Given("declined", "Urlaub")
            rows = answers.rows_of(work, meeting, place.person.id)
            answers.give(work, ANYONE, NOW + timedelta(days=2), meeting=meeting, rows=rows, given=given, via="link")
    found = db.session.scalars(select(Invitee.answer).join(Seat).where(Seat.right == "voting")).all()
    assert {found.count(one) for one in ("deputy", "declined")} == {1}


def _held(reference: str, first: str, second: str) -> list[Decision]:
    """Seventeen seats: one late, one absent, one deputy; then so many leave that the quorum is lost."""
    with at_work(reference) as (work, who, meeting):
        session.open_meeting(work, who, at(0), meeting, at=at(0))
        rows = [one for one in invitees.active(invitees.everybody(work, meeting)) if one.right == "voting" and one.seat]
        coming = [one for one in rows if one.answer == "accepted"]
        late = coming[-1]
        for row in [*coming[:-1], *(one for one in rows if one.as_role == "deputy")]:
            attendance.arrive(
                work, who, at(1), meeting, person_id=row.person_id, seat_id=row.seat_id, as_role=row.as_role, at=at(0)
            )
        attendance.arrive(work, who, at(20), meeting, person_id=late.person_id, seat_id=late.seat_id, at=at(20))
        number = len(coming) + 1
    assert number == 16
    done = [
        _vote(reference, first, 30, number, yes=14, abstained=2),
        _vote(reference, second, 45, number, yes=4, no=12),
    ]
    done.append(_vote(reference, "Arbeitsprogramm 2027", 60, number, yes=number))
    with at_work(reference) as (work, who, meeting):
        item = next(one for one in progress.in_order(work, meeting) if one.title == "Arbeitsprogramm 2027")
        put_meeting_task(
            work, who, at(62), meeting=meeting, item=item, title="Räume für die Arbeitsgruppe anfragen",
            owner=work.scalars(select(Person).where(Person.email == MEMBER)).one(), due_on=date(2027, 2, 15),
        )  # fmt: skip
        present = list(meeting_presences(work, meeting))
        for one in present[:9]:
            attendance.leave(work, who, at(70), meeting, one.id, at(70))
        progress.call_item(work, who, at(71), progress.in_order(work, meeting)[-2])
        with pytest.raises(voting.VoteRefused) as refused:
            last = work.get(type(item), meeting.current_item_id)
            voting.take_vote(work, who, at(72), last, voting.Count(yes=7, wording="Ohne Mehrheit im Raum."))
        assert refused.value.sentence == "Abstimmen geht nicht: 7 von 17 Stimmberechtigten, nötig 9."
        progress.put_off(work, who, at(73), last, "postponed", "Beschlussfähigkeit verloren")
        session.close_meeting(work, who, at(90), meeting, at=at(90))
    return done


def _vote(reference: str, what: str, minute: int, number: int, **counts: int) -> Decision:
    with at_work(reference) as (work, who, meeting):
        items = progress.in_order(work, meeting)
        item = next(one for one in items if what in (one.title, one.record.reference if one.record else None))
        progress.call_item(work, who, at(minute), item)
        vote = voting.take_vote(work, who, at(minute + 5), item, voting.Count(wording=item.motion, **counts))
        assert vote.entitled == number
        decision = proclaiming.proclaim(work, who, at(minute + 6), vote)
        assert decision is not None and decision.reference.startswith("LG-B-2027-")
        number_of = decision.id
    return db.session.get_one(Decision, number_of)


def _settled(app: Flask, reference: str) -> None:
    """Signed, sent; one member objects in time, the office follows with an addendum; then the period runs out."""
    _signed(app, reference)
    with at_work(reference, MEMBER) as (work, who, _meeting):
        found = minutes.minutes_in(work, reference)
        person = work.scalars(select(Person).where(Person.email == MEMBER)).one()
        objection = objections.object_to(
            work, who, AFTER + timedelta(days=5), minutes=found, person=person, via="page",
            said=objections.Said("Herr Wessel kam um 14:20 Uhr, nicht um 14:00 Uhr."),
        )  # fmt: skip
        assert objection.in_time
        number = objection.id
    with at_work(reference) as (work, who, _meeting):
        found = minutes.minutes_in(work, reference)
        objection = objections.find(work, found, number)
        correction = objections.correction_for(found, objection, "Herr Wessel war ab 14:20 Uhr anwesend.", False)
    made = minutes.prepared(app, reference, AFTER + timedelta(days=6), correction)
    with at_work(reference) as (work, who, _meeting):
        found = minutes.minutes_in(work, reference)
        objections.accept(
            work, who, AFTER + timedelta(days=6), minutes=found, objection=objections.find(work, found, number),
            correction=correction, prepared=made,
        )  # fmt: skip
    assert settling.run(unit_of_work, AFTER + timedelta(days=10)) == 0, "the period still runs"
    assert settling.run(unit_of_work, AFTER + timedelta(days=60)) == 0, "two letters were never posted"
    with at_work(reference) as (work, who, _meeting):
        found = minutes.minutes_in(work, reference)
        letters = [one.id for one in sending.recipients_of(work, found) if one.channel == "post"]
        assert sending.mark_posted(work, who, AFTER + timedelta(days=7), minutes=found, recipients=letters)
    assert settling.run(unit_of_work, AFTER + timedelta(days=60)) == 1
    assert held_in(reference).record.state == "abgeschlossen"
    assert "Nachtrag" in text_in(mails_to(CHAIR)[-1])


def _signed(app: Flask, reference: str) -> None:
    with at_work(reference) as (work, who, meeting):
        drawn = editing.begin_minutes(work, who, AFTER, meeting=meeting)
        handing.hand_over(work, who, AFTER, minutes=drawn, row_version=None)
    for email, function in ((CHAIR, "chair"), (OFFICE, "minute_taker")):
        with at_work(reference, email) as (work, who, _meeting):
            signing.sign(work, who, AFTER, minutes=minutes.minutes_in(work, reference), function=function)
    minutes.send(app, reference, AFTER)


def meeting_presences(work: Any, meeting: Meeting) -> list[Any]:
    return list(work.scalars(select(Presence).where(Presence.meeting_id == meeting.record_id).order_by(Presence.id)))


def _record(work: Any, reference: str) -> Record:
    return work.scalars(select(Record).where(Record.reference == reference)).one()


def held_in(reference: str) -> Meeting:
    db.session.rollback()
    return db.session.scalars(select(Meeting).join(Record).where(Record.reference == reference)).one()


def _lg(work: Any = None) -> Body:
    return (work or db.session).scalars(select(Body).where(Body.slug == LG)).one()
