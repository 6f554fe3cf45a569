"""A meeting is planned, moved, called off, split and repeated; what does not fit is refused with a sentence."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kimforms.models import AgendaItem, Body
from kimforms.services.meetings import agenda, planning
from kimforms.services.queries.agenda import agenda_of
from kimforms.services.refusals import InputRefused, NotPermitted, StaleVersion, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support import meetings
from ..support.databases import NOW
from ..support.meetings import BEGINS, at_work, found
from ..support.records import COORDINATOR, OFFICE, actor, last_payload, tags

pytestmark = pytest.mark.usefixtures("app")
HOUR = timedelta(hours=1)


def plan(by: str = OFFICE, slug: str = meetings.SLUG, begins: datetime = BEGINS, **values: Any) -> str:
    with unit_of_work() as session:
        body = session.scalars(select(Body).where(Body.slug == slug)).one()
        values = {"ends_at": begins + 2 * HOUR, "place": "Kreishaus"} | values
        made = planning.plan_meeting(session, actor(session, by), NOW, body=body, starts_at=begins, **values)
        return made.record.reference


def labels(reference: str) -> list[tuple[str, str]]:
    with at_work(reference) as (session, _actor, meeting):
        return [(label, item.title) for label, item in agenda_of(session, meeting)]


def moved(begins: datetime, **values: Any) -> planning.Plan:
    return planning.Plan(begins, begins + 2 * HOUR, **({"place": "Kreishaus"} | values))


def test_a_meeting_has_the_standing_points_and_its_event() -> None:
    meetings.body()
    reference = plan()
    assert reference == "PG-2027-01"
    assert labels(reference) == [("1", "Stand der Umsetzung früherer Beschlüsse"), ("2", "Verschiedenes")]
    assert last_payload(reference, "meeting:plan")["starts_at"] == "2027-01-19T14:00+01:00"
    second = plan(begins=BEGINS + timedelta(days=30))
    assert labels(second)[0] == ("1", "Niederschrift der letzten Sitzung")


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"ends_at": BEGINS - HOUR}, "ends", "nach dem Beginn"),
        ({"ends_at": BEGINS}, "ends", "nach dem Beginn"),
        ({"ends_at": BEGINS + 25 * HOUR}, "ends", "höchstens einen Tag"),
        ({"begins": NOW - HOUR}, "day", "schon vorbei"),
        ({"begins": BEGINS.replace(year=2077)}, "day", "Prüfen Sie das Jahr"),
        ({"kind": "seance"}, "kind", "Wählen Sie"),
        ({"video_url": "javascript:alert(1)"}, "video_url", "https://"),
        ({"video_url": "https://"}, "video_url", "https://"),
        ({"video_url": "http://[::1"}, "video_url", "https://"),
        ({"place": "x" * 301}, "place", "höchstens 300"),
        ({"title": "a\x00b"}, "title", "Steuerzeichen"),
    ],
)
def test_what_does_not_fit_is_refused(values: dict[str, Any], field: str, words: str) -> None:
    meetings.body()
    with pytest.raises(InputRefused) as refused:
        plan(**values)
    assert words in refused.value.errors[field]


def test_one_body_does_not_meet_twice_at_once() -> None:
    meetings.body()
    meetings.body("working", "werkstatt")
    first = plan()
    with pytest.raises(InputRefused) as refused:
        plan(begins=BEGINS + HOUR)
    assert first in refused.value.errors["day"]
    plan(begins=BEGINS + 2 * HOUR)
    plan(slug="werkstatt")
    with at_work(first) as (session, person, meeting):
        planning.cancel_meeting(session, person, NOW, meeting=meeting, reason="Krankheit")
    plan()


def test_coordination_plans_no_steering_body() -> None:
    meetings.body()
    meetings.body("working", "werkstatt")
    plan(COORDINATOR, "werkstatt")
    with pytest.raises(NotPermitted):
        plan(COORDINATOR)


def test_moving_raises_the_sequence_only_after_dispatch() -> None:
    meetings.body()
    reference = plan()
    with at_work(reference) as (session, person, meeting):
        changes = planning.move_meeting(session, person, NOW, meeting=meeting, plan=moved(BEGINS + HOUR))
        assert set(changes) == {"starts_at", "ends_at"}
        assert meeting.sequence == 0
    with at_work(reference) as (session, person, meeting):
        meeting.record.state, meeting.dispatched_at = "eingeladen", NOW
    with at_work(reference) as (session, person, meeting):
        assert not planning.move_meeting(session, person, NOW, meeting=meeting, plan=moved(BEGINS + HOUR))
        assert meeting.sequence == 0
        planning.move_meeting(session, person, NOW, meeting=meeting, plan=moved(BEGINS + HOUR, place="Rathaus"))
        assert meeting.sequence == 1
    assert last_payload(reference, "meeting:change")["changes"] == {"place": {"old": "Kreishaus", "new": "Rathaus"}}
    assert found(reference).record.state == "eingeladen"


def test_two_tabs() -> None:
    meetings.body()
    reference = plan()
    seen = found(reference).record.row_version
    with at_work(reference) as (session, person, meeting):
        planning.move_meeting(session, person, NOW, meeting=meeting, plan=moved(BEGINS + HOUR), row_version=seen)
    with at_work(reference) as (session, person, meeting), pytest.raises(StaleVersion):
        planning.move_meeting(session, person, NOW, meeting=meeting, plan=moved(BEGINS), row_version=seen)


def test_calling_off_needs_a_reason_and_happens_once() -> None:
    meetings.body()
    reference = plan()
    with at_work(reference) as (session, person, meeting), pytest.raises(InputRefused):
        planning.cancel_meeting(session, person, NOW, meeting=meeting, reason="  ")
    with at_work(reference) as (session, person, meeting):
        planning.cancel_meeting(session, person, NOW, meeting=meeting, reason="Zu wenig Punkte")
    assert (found(reference).record.state, found(reference).cancel_reason) == ("abgesagt", "Zu wenig Punkte")
    assert tags(reference)[-1] == "record:transition"
    with at_work(reference) as (session, person, meeting), pytest.raises(StepRefused):
        planning.cancel_meeting(session, person, NOW, meeting=meeting, reason="Noch einmal")
    with at_work(reference) as (session, person, meeting), pytest.raises(StepRefused):
        planning.move_meeting(session, person, NOW, meeting=meeting, plan=moved(BEGINS + HOUR))


def test_splitting_before_dispatch_moves_the_rest() -> None:
    meetings.body()
    reference = meetings.meeting(items=4)
    with at_work(reference) as (session, person, meeting):
        third = agenda.top_items(session, meeting)[2]
        second = planning.split_meeting(
            session, person, NOW, meeting=meeting, plan=moved(BEGINS + timedelta(days=7)), first_item=third
        )
        assert second.continues_id == meeting.record_id
        new = second.record.reference
    assert labels(reference) == [("1", "Punkt 1"), ("2", "Punkt 2")]
    assert labels(new) == [("1", "Punkt 3"), ("2", "Punkt 4")]


def test_splitting_after_dispatch_leaves_what_was_sent() -> None:
    meetings.body()
    reference = meetings.meeting()
    with at_work(reference) as (session, person, meeting):
        meeting.record.state, meeting.dispatched_at = "eingeladen", NOW
    with at_work(reference) as (session, person, meeting):
        last = agenda.top_items(session, meeting)[2]
        plan_of = moved(BEGINS + timedelta(days=7))
        new = planning.split_meeting(session, person, NOW, meeting=meeting, plan=plan_of, first_item=last)
        name = new.record.reference
    with at_work(reference) as (session, _person, meeting):
        assert [item.state for _label, item in agenda_of(session, meeting)] == ["open", "open", "postponed"]
    with at_work(name) as (session, _person, meeting):
        [(_label, copy)] = agenda_of(session, meeting)
        assert (copy.source, copy.motion, copy.late) == ("carried", "So wird es gemacht.", False)


def test_splitting_refuses_what_makes_no_two_days() -> None:
    meetings.body()
    reference = meetings.meeting()
    for number, begins, field in ((0, timedelta(days=7), "first_item"), (1, timedelta(0), "day")):
        with at_work(reference) as (session, person, meeting), pytest.raises(InputRefused) as refused:
            item = agenda.top_items(session, meeting)[number]
            planning.split_meeting(session, person, NOW, meeting=meeting, plan=moved(BEGINS + begins), first_item=item)
        assert field in refused.value.errors


def test_inviting_again_takes_what_stayed_open() -> None:
    meetings.body()
    reference = meetings.meeting()
    later = moved(BEGINS + timedelta(days=14))
    with at_work(reference) as (session, person, meeting), pytest.raises(StepRefused):
        planning.reinvite(session, person, NOW, meeting=meeting, plan=later)
    with at_work(reference) as (session, _person, meeting):
        meeting.record.state, meeting.opened_at = "niederschrift", BEGINS
        agenda.top_items(session, meeting)[0].state = "done"
    with at_work(reference) as (session, person, meeting):
        again = planning.reinvite(session, person, NOW, meeting=meeting, plan=later)
        assert again.reinvitation_of_id == meeting.record_id
        name = again.record.reference
    assert labels(name) == [("1", "Punkt 2"), ("2", "Punkt 3")]


def test_nothing_stays_of_a_plan_that_failed() -> None:
    meetings.body()
    with pytest.raises(InputRefused):
        plan(ends_at=BEGINS)
    with unit_of_work() as session:
        assert session.scalars(select(AgendaItem)).all() == []


def test_no_meeting_after_the_end_of_a_body() -> None:
    meetings.body(ends_on=BEGINS.date() - timedelta(days=1))
    with pytest.raises(InputRefused) as refused:
        plan()
    assert refused.value.errors == {
        "day": "Prüfgremium pruefgremium besteht an diesem Tag nicht mehr (bis 18.01.2027)."
    }
    plan(begins=BEGINS - timedelta(days=1))
