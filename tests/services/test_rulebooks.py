"""Versions of a body's rules: what is in force when, what is refused, what a meeting keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from kimforms.engine.profile import profile_folder, read_profile
from kimforms.extensions import db
from kimforms.models import Body, Event, Rulebook
from kimforms.services.bodies.rulebooks import (
    NewVersion,
    adopt_rulebook,
    pin_rulebook,
    rulebook_at,
    rulebook_of,
    version_at,
)
from kimforms.services.profile_loading import load
from kimforms.services.queries.rulebooks import consequences
from kimforms.services.refusals import InputRefused, NotPermitted
from kimforms.services.unit_of_work import unit_of_work

from ..support import meetings
from ..support.databases import NOW
from ..support.meetings import MEMBER
from ..support.records import COORDINATOR, OFFICE, actor

ADMIN = "admin@rsk.example"
pytestmark = pytest.mark.usefixtures("app")
MARCH = date(2026, 3, 1)
FIRST = NewVersion({"notice_period_days": 10}, MARCH, "Geschäftsordnung")


def the_body(session):
    return session.scalars(select(Body).where(Body.slug == meetings.SLUG)).one()


def adopt(new: NewVersion, by: str = OFFICE) -> int:
    with unit_of_work() as session:
        return adopt_rulebook(session, actor(session, by), NOW, the_body(session), new).number


def rules_on(day: date):
    db.session.rollback()
    return rulebook_of(db.session(), the_body(db.session()), day)


def test_a_body_without_rules_has_the_defaults_of_the_profile() -> None:
    meetings.body()
    found = rules_on(MARCH)
    assert found.notice_period_days == 14
    assert found.settled == frozenset()


def test_the_version_of_the_day_counts_and_older_ones_stay() -> None:
    meetings.body()
    assert adopt(FIRST) == 1
    assert adopt(NewVersion({"notice_period_days": 21, "majority": "members"}, date(2027, 1, 1), "Neufassung")) == 2
    assert rules_on(date(2026, 2, 28)).settled == frozenset()
    assert [rules_on(day).notice_period_days for day in (MARCH, date(2026, 12, 31), date(2027, 1, 1))] == [10, 10, 21]
    assert rules_on(date(2027, 1, 1)).settled == {"notice_period_days", "majority"}
    stored = db.session.scalars(select(Rulebook).order_by(Rulebook.number)).all()
    assert [one.values for one in stored] == [
        {"notice_period_days": 10},
        {"notice_period_days": 21, "majority": "members"},
    ]
    event = db.session.scalars(select(Event).where(Event.tag == "rulebook:adopt").order_by(Event.seq)).all()
    assert len(event) == 2


@pytest.mark.parametrize(
    ("new", "field", "words"),
    [
        (replace(FIRST, values={"notice_period_days": "bald"}), "notice_period_days", "ganze Zahl"),
        (replace(FIRST, values={"majority": "most"}), "majority", "steht nicht zur Wahl"),
        (replace(FIRST, values={"unknown": 1}), "unknown", "keine Stellgröße"),
        (replace(FIRST, title="  "), "title", "wie diese Fassung heißt"),
        (replace(FIRST, title="x" * 201), "title", "höchstens 200"),
        (replace(FIRST, note="x" * 4001), "note", "höchstens 4000"),
    ],
)
def test_values_that_do_not_fit_are_refused_and_nothing_is_written(new, field, words) -> None:
    meetings.body()
    with pytest.raises(InputRefused) as refused:
        adopt(new)
    assert words in refused.value.errors[field]
    assert db.session.scalar(select(Rulebook.id)) is None
    assert db.session.scalar(select(Event.seq).where(Event.tag == "rulebook:adopt")) is None


@pytest.mark.parametrize(("days", "fits"), [(-1, False), (0, False), (1, True)])
def test_a_version_begins_after_the_one_before(days, fits) -> None:
    meetings.body()
    adopt(FIRST)
    second = NewVersion({"notice_period_days": 21}, MARCH + timedelta(days=days), "Neufassung")
    if fits:
        assert adopt(second) == 2
        return
    with pytest.raises(InputRefused) as refused:
        adopt(second)
    assert "Fassung 1 gilt ab 01.03.2026" in refused.value.errors["valid_from"]


def test_a_version_that_changes_nothing_is_refused() -> None:
    meetings.body()
    adopt(FIRST)
    with pytest.raises(InputRefused) as refused:
        adopt(replace(FIRST, valid_from=date(2027, 1, 1)))
    assert refused.value.errors == {"values": "Die Angaben sind dieselben wie in Fassung 1."}


@pytest.mark.parametrize(
    ("day", "fits"), [(date(2027, 1, 18), False), (date(2027, 1, 19), False), (date(2027, 1, 20), True)]
)
def test_no_version_reaches_back_to_a_meeting_that_was_held(day, fits) -> None:
    meetings.body()
    reference = meetings.meeting()
    with meetings.at_work(reference) as (_session, _actor, meeting):
        meeting.opened_at = meeting.starts_at
    if fits:
        assert adopt(replace(FIRST, valid_from=day)) == 1
        return
    with pytest.raises(InputRefused) as refused:
        adopt(replace(FIRST, valid_from=day))
    assert "Am 19.01.2027 hat das Gremium schon getagt" in refused.value.errors["valid_from"]


@pytest.mark.parametrize("who", [COORDINATOR, MEMBER, ADMIN])
def test_only_the_office_changes_rules(who) -> None:
    meetings.body()
    with pytest.raises(NotPermitted):
        adopt(FIRST, by=who)


def test_a_meeting_keeps_the_version_that_was_pinned() -> None:
    meetings.body()
    first, second = meetings.meeting(), meetings.meeting(begins=meetings.BEGINS + timedelta(days=60))
    adopt(FIRST)
    with meetings.at_work(first) as (session, _actor, meeting):
        pin_rulebook(session, meeting)
        assert meeting.pinned
    adopt(NewVersion({"notice_period_days": 30}, date(2026, 12, 1), "Neufassung"))
    db.session.rollback()
    assert rulebook_at(db.session(), meetings.found(first)).notice_period_days == 10
    assert rulebook_at(db.session(), meetings.found(second)).notice_period_days == 30
    with meetings.at_work(first) as (session, _actor, meeting):
        pin_rulebook(session, meeting)
        assert version_at(session, meeting).number == 1


def test_pinned_to_the_defaults_stays_on_the_defaults() -> None:
    meetings.body()
    reference = meetings.meeting()
    with meetings.at_work(reference) as (session, _actor, meeting):
        pin_rulebook(session, meeting)
    adopt(FIRST)
    assert rulebook_at(db.session(), meetings.found(reference)).notice_period_days == 14


def test_what_new_rules_mean_for_planned_meetings() -> None:
    meetings.body()
    invited, planned = meetings.meeting(), meetings.meeting(begins=meetings.BEGINS + timedelta(days=60))
    with meetings.at_work(invited) as (session, _actor, meeting):
        pin_rulebook(session, meeting)
    session = db.session()
    body = the_body(session)
    new = replace(rulebook_of(session, body, MARCH), notice_period_days=21)
    found = consequences(session, body, new, date(2026, 12, 1), NOW.date())
    assert [(one.meeting.record.reference, one.kept) for one in found] == [(invited, True), (planned, False)]
    assert found[0].moved == []
    moved = {what: (was, day) for what, was, day in found[1].moved}
    assert moved.keys() == {"email", "post"}
    assert moved["email"][0] - moved["email"][1] == timedelta(days=7)
    assert consequences(session, body, new, date(2027, 12, 1), NOW.date()) == []


def test_a_profile_with_a_parameter_that_the_rules_do_not_know_is_refused() -> None:
    profile = read_profile(profile_folder("rhein_sieg"))
    groups = list(profile.rulebook.groups)
    strange = groups[0].parameters[0].model_copy(update={"id": "minimum_of_cake"})
    groups[0] = groups[0].model_copy(update={"parameters": (strange,)})
    broken = replace(profile, rulebook=profile.rulebook.model_copy(update={"groups": tuple(groups)}))
    with pytest.raises(InputRefused) as refused, unit_of_work() as session:
        load(session, actor(session, ADMIN), NOW, broken)
    assert "minimum_of_cake" in refused.value.errors
