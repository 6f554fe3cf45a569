"""Who sees a meeting: the office and coordination by role, members by their seat and from dispatch on, others not at all."""

from __future__ import annotations

import pytest

from kimforms.extensions import db
from kimforms.services import reply_links
from kimforms.services.bodies.access import Standing, may_work, visible_meeting
from kimforms.services.refusals import LinkExpired, NotVisible
from kimforms.services.unit_of_work import unit_of_work

from ..support import meetings
from ..support.databases import NOW
from ..support.meetings import MEMBER, at_work
from ..support.records import ADVISER, COORDINATOR, ELSEWHERE, OFFICE, actor

pytestmark = pytest.mark.usefixtures("app")


def test_references_count_by_body_and_year() -> None:
    meetings.body()
    assert [meetings.meeting(), meetings.meeting()] == ["PG-2027-01", "PG-2027-02"]


def test_who_sees_a_planned_meeting_and_one_that_went_out() -> None:
    meetings.body()
    reference = meetings.meeting()
    with at_work(reference) as (session, _actor, _meeting):
        assert _standing(session, OFFICE, reference) is Standing.WORK
        assert _standing(session, COORDINATOR, reference) is Standing.WORK
        for nobody in (MEMBER, ADVISER, ELSEWHERE):
            with pytest.raises(NotVisible):
                visible_meeting(session, actor(session, nobody), reference)
    with at_work(reference) as (session, _actor, meeting):
        meeting.record.state, meeting.dispatched_at = "eingeladen", NOW
        assert _standing(session, MEMBER, reference) is Standing.MEMBER
        with pytest.raises(NotVisible):
            visible_meeting(session, actor(session, ADVISER), reference)


def test_coordination_does_not_run_steering_bodies() -> None:
    meetings.body()
    meetings.body("working", "werkstatt")
    for slug, expected in ((meetings.SLUG, False), ("werkstatt", True)):
        with at_work(meetings.meeting(slug)) as (session, _actor, meeting):
            assert may_work(actor(session, COORDINATOR), meeting.body) is expected
            assert may_work(actor(session, OFFICE), meeting.body)
            assert not may_work(actor(session, MEMBER), meeting.body)


def test_a_reply_link_is_good_until_it_is_forged_old_or_taken_back() -> None:
    with unit_of_work() as session:
        somebody = meetings.person(session, "Beispiel")
        link = reply_links.make(session, NOW, purpose="poll", person=somebody, target_id=1, expires_at=None)
        token = reply_links.token_text("secret", link)
    session = db.session()
    assert reply_links.look_up(session, "secret", token, NOW).person.last_name == "Beispiel"
    for wrong in (token[:-1], f"{token}A", token.replace("1-", "2-", 1), "", "0-" + "A" * 43, token + "\n"):
        with pytest.raises(LinkExpired):
            reply_links.look_up(session, "secret", wrong, NOW)
    with pytest.raises(LinkExpired):
        reply_links.look_up(session, "another", token, NOW)
    with unit_of_work() as session:
        reply_links.revoke(session, NOW, purpose="poll", target_id=1)
        with pytest.raises(LinkExpired):
            reply_links.look_up(session, "secret", token, NOW)


def _standing(session, email: str, reference: str) -> Standing:  # type: ignore[no-untyped-def]
    return visible_meeting(session, actor(session, email), reference)[1]
