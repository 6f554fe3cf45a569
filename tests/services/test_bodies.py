"""Seats, functions and people: periods that end and never overlap, who may enter them, and what the history keeps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import Body, Invitee, Officer, Person, Record, RoleGrant, Seat, SeatHolder
from kimforms.services.audit import Tag
from kimforms.services.bodies import founding, officers, persons, seats
from kimforms.services.bodies.access import own_bodies
from kimforms.services.bodies.people import officer, people_on
from kimforms.services.bodies.persons import PersonValues
from kimforms.services.queries.bodies import plannable, rhythm_warnings
from kimforms.services.refusals import InputRefused, NotPermitted, StaleVersion, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support import meetings
from ..support.bodies import EXCHANGE, STEERING, WORKING, body_in, person_in, places, seat_in, told
from ..support.databases import NOW
from ..support.meetings import MEMBER
from ..support.records import ADVISER, COORDINATOR, ELSEWHERE, OFFICE, actor, user

pytestmark = pytest.mark.usefixtures("app")
TODAY = date(2026, 11, 23)
MARCH, MAY = date(2027, 3, 1), date(2027, 5, 1)
DAY = timedelta(days=1)


def place(who: str, first: date, last: date | None = None, by: str = OFFICE, seat: Any = None, **more: Any) -> None:
    with unit_of_work() as session:
        where = seat_in(session, STEERING, **(seat or {"organisation": "paritaet"}))
        wanted = seats.Placing(person_in(session, who), first, last, **more)
        seats.place_person(session, actor(session, by), NOW, seat=where, placing=wanted)


def holder(day: date, organisation: str = "paritaet") -> str | None:
    found = next(one for one in places(STEERING, day) if one.seat.organisation == organisation)
    return found.person.last_name if found.person else None


def refused(deed: Callable[[], Any], says: str, kind: type[Exception] = InputRefused) -> None:
    db.session.rollback()
    before = _rows()
    with pytest.raises(kind) as caught:
        deed()
    said = " ".join(caught.value.errors.values()) if isinstance(caught.value, InputRefused) else str(caught.value)
    assert says in said
    assert _rows() == before


def test_somebody_follows_and_each_day_has_one_holder() -> None:
    place("Peters", MARCH, replace=True)
    assert [holder(day) for day in (TODAY, MARCH - DAY, MARCH, MAY)] == ["Haddad", "Haddad", "Peters", "Peters"]
    leaving, coming = told(Tag.SEAT_LEAVE)[-1], told(Tag.SEAT_PLACE)[-1]
    assert (leaving["valid_until"], coming["valid_from"]) == ("2027-02-28", "2027-03-01")


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        (MARCH, None, "Samira Haddad hat diesen Sitz ab dem 01.01.2026. Die Zeiten überschneiden sich."),
        (date(2025, 6, 1), date(2026, 1, 1), "Die Zeiten überschneiden sich."),
        (MARCH, MARCH - DAY, "Das Ende liegt vor dem Anfang."),
    ],
)
def test_periods_that_do_not_fit(first: date, last: date | None, says: str) -> None:
    refused(lambda: place("Peters", first, last), says)


def test_periods_that_only_touch_fit() -> None:
    place("Peters", date(2025, 6, 1), date(2025, 12, 31))
    assert [holder(day) for day in (date(2025, 5, 31), date(2025, 12, 31), date(2026, 1, 1))] == [
        None,
        "Peters",
        "Haddad",
    ]


def test_nobody_stands_twice_on_a_seat_and_the_same_again_changes_nothing() -> None:
    refused(lambda: place("Haddad", MARCH, role="deputy"), "schon auf diesem Sitz eingetragen")
    place("Peters", MARCH, role="deputy")
    events = len(told(Tag.SEAT_PLACE))
    place("Peters", MARCH, role="deputy")
    assert len(told(Tag.SEAT_PLACE)) == events


def test_a_holder_of_a_later_day_is_not_pushed_aside() -> None:
    place("Peters", MARCH, replace=True)
    refused(lambda: place("Wolters", MARCH - DAY, replace=True), "Wählen Sie einen späteren Tag.")


def test_a_deputy_fits_beside_the_holder_and_ranks_behind_the_others() -> None:
    for who in ("Peters", "Wolters", "Benali"):
        place(who, TODAY, role="deputy")
    found = next(one for one in places(STEERING, TODAY) if one.seat.organisation == "paritaet")
    assert [one.last_name for one in found.deputies] == ["Peters", "Wolters", "Benali"]
    with unit_of_work() as session:
        last = session.scalars(
            select(SeatHolder).where(
                SeatHolder.person_id == person_in(session, "Benali").id, SeatHolder.role == "deputy"
            )
        ).one()
        seats.order_deputies(session, actor(session, OFFICE), NOW, holder=last, up=True)
    found = next(one for one in places(STEERING, TODAY) if one.seat.organisation == "paritaet")
    assert [one.last_name for one in found.deputies] == ["Peters", "Benali", "Wolters"]


@pytest.mark.parametrize("by", [COORDINATOR, MEMBER, ADVISER, ELSEWHERE, None])
def test_only_the_office_works_for_the_steering_group(by: str | None) -> None:
    def deed() -> None:
        with unit_of_work() as session:
            wanted = seats.Placing(person_in(session, "Peters"), TODAY, role="deputy")
            seats.place_person(
                session, actor(session, by), NOW, seat=seat_in(session, STEERING, organisation="bamf"), placing=wanted
            )

    refused(deed, "", NotPermitted)


def test_coordination_works_for_groups() -> None:
    with unit_of_work() as session:
        who = actor(session, COORDINATOR)
        seat = seats.add_seat(
            session,
            who,
            NOW,
            body=body_in(session, WORKING),
            values=seats.SeatValues(organisation="vhs"),
            valid_from=TODAY,
        )
        seats.place_person(session, who, NOW, seat=seat, placing=seats.Placing(person_in(session, "Peters"), TODAY))
    last = places(WORKING, TODAY)[-1]
    assert (last.seat.organisation, last.person.last_name if last.person else None) == ("vhs", "Peters")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (seats.SeatValues(), "Geben Sie an, wem der Sitz gehört"),
        (seats.SeatValues(organisation="gibt-es-nicht"), "Das steht nicht in der Liste."),
        (seats.SeatValues(organisation="vhs", municipality="eitorf"), "nicht beiden"),
        (seats.SeatValues("x" * 201), "höchstens 200 Zeichen"),
        (seats.SeatValues("Hochschule", right="veto"), "Stimme"),
        (seats.SeatValues("\ud800"), "nicht speichern"),
        (seats.SeatValues(organisation="a\x00b"), "Das steht nicht in der Liste."),
    ],
)
def test_a_seat_that_makes_no_sense(values: seats.SeatValues, says: str) -> None:
    def deed() -> None:
        with unit_of_work() as session:
            seats.add_seat(
                session, actor(session, OFFICE), NOW, body=body_in(session, STEERING), values=values, valid_from=TODAY
            )

    refused(deed, says)


def test_a_seat_that_ends_takes_its_people_with_it() -> None:
    place("Peters", MAY, replace=True)
    with unit_of_work() as session:
        seats.end_seat(
            session, actor(session, OFFICE), NOW, seat=seat_in(session, STEERING, organisation="paritaet"), day=MARCH
        )
    assert holder(MARCH) == "Haddad"
    assert "paritaet" not in {one.seat.organisation for one in places(STEERING, MARCH + DAY)}
    held = db.session.scalars(
        select(SeatHolder.person_id).where(SeatHolder.person_id == person_in(db.session(), "Peters").id)
    ).all()
    assert len(held) == 1, "only the seat of the working group is left"


def test_one_person_has_a_function_at_a_time_but_the_office_is_several() -> None:
    def give(function: str, who: str, first: date, **more: Any) -> None:
        with unit_of_work() as session:
            wanted = officers.Appointing(person_in(session, who), function, first, **more)
            officers.appoint(session, actor(session, OFFICE), NOW, body=body_in(session, STEERING), wanted=wanted)

    refused(lambda: give("chair", "Haddad", MARCH), "Die Zeiten überschneiden sich.")
    give("chair", "Haddad", MARCH, replace=True)
    give("office", "Vogt", TODAY)
    session = db.session()
    body = body_in(session, STEERING)
    chairs = [officer(session, body, "chair", day) for day in (MARCH - DAY, MARCH)]
    assert [one.last_name for one in chairs if one] == ["Overath", "Haddad"]
    refused(lambda: give("king", "Haddad", MARCH), "Funktion aus der Liste")


def test_an_account_on_a_seat_becomes_a_member_once_and_sees_the_body_for_its_time() -> None:
    with unit_of_work() as session:
        who = actor(session, OFFICE)
        values = PersonValues("Kessler", "Miriam", email=ADVISER, account=ADVISER)
        person = persons.create_person(
            session, who, NOW, controller_id=body_in(session, STEERING).controller_id, values=values
        )
        for organisation in ("bamf", "caritas"):
            wanted = seats.Placing(person, TODAY, MARCH, role="deputy")
            seats.place_person(
                session, who, NOW, seat=seat_in(session, STEERING, organisation=organisation), placing=wanted
            )
    session = db.session()
    grants = session.scalars(
        select(RoleGrant).where(RoleGrant.user_id == user(session, ADVISER).id, RoleGrant.role == "member")
    ).all()
    assert [(one.body, one.granted_by_id) for one in grants] == [(STEERING, user(session, OFFICE).id)]
    assert told(Tag.ROLE_GRANT)[-1]["role"] == "member"
    member = actor(session, ADVISER)
    assert [one.slug for one in own_bodies(session, member, TODAY)] == [STEERING]
    assert own_bodies(session, member, MARCH + DAY) == []


def test_people_with_bad_data_are_refused() -> None:
    cases = {
        "last_name": PersonValues(" "),
        "email": PersonValues("A", email="kein-at"),
        "organisation": PersonValues("A", organisation="gibt-es-nicht"),
        "salutation": PersonValues("A", salutation="x"),
        "account": PersonValues("A", account="niemand@nirgends.example"),
        "postal_address": PersonValues("A", postal_address="x" * 501),
        "first_name": PersonValues("A", first_name="\ud800"),
    }
    for field, values in cases.items():
        with pytest.raises(InputRefused) as caught, unit_of_work() as session:
            persons.create_person(session, actor(session, OFFICE), NOW, controller_id=1, values=values)
        assert list(caught.value.errors) == [field]


def test_an_account_of_another_controller_cannot_be_joined() -> None:
    values = PersonValues("Roth", account=ELSEWHERE)
    with pytest.raises(InputRefused), unit_of_work() as session:
        persons.create_person(
            session, actor(session, OFFICE), NOW, controller_id=body_in(session, STEERING).controller_id, values=values
        )


def test_coordination_does_not_redirect_the_mail_of_a_steering_member() -> None:
    def redirect() -> None:
        with unit_of_work() as session:
            person = person_in(session, "Lindner")
            values = PersonValues("Lindner", email="koordination2@rsk.example")
            persons.change_person(session, actor(session, COORDINATOR), NOW, person=person, values=values)

    refused(redirect, "", NotPermitted)


def test_a_change_is_kept_with_old_and_new_and_a_stale_one_refused() -> None:
    def change(version: int | None, phone: str) -> None:
        with unit_of_work() as session:
            person = person_in(session, "Lindner")
            values = PersonValues(**{**persons.plain(persons.as_values(person)), "phone": phone})
            persons.change_person(
                session, actor(session, OFFICE), NOW, person=person, values=values, row_version=version
            )

    version = person_in(db.session(), "Lindner").row_version
    change(version, "1")
    assert told(Tag.PERSON_CHANGE)[-1]["changes"] == {"phone": {"old": "", "new": "1"}}
    refused(lambda: change(version, "2"), "jemand anderes", StaleVersion)


def test_two_entries_become_one_with_everything_that_hung_on_them() -> None:
    reference = meetings.meeting(STEERING)
    with unit_of_work() as session:
        who, keep = actor(session, OFFICE), person_in(session, "Lindner")
        other = persons.create_person(
            session, who, NOW, controller_id=keep.controller_id, values=PersonValues("Lindner-Alt", phone="02241 1")
        )
        wanted = seats.Placing(other, TODAY, role="deputy")
        seats.place_person(session, who, NOW, seat=seat_in(session, STEERING, organisation="bamf"), placing=wanted)
        session.add(Invitee(meeting_id=_meeting_id(session, reference), person=other))
        number = other.id
    with unit_of_work() as session:
        keep = person_in(session, "Lindner")
        persons.merge_persons(session, actor(session, OFFICE), NOW, keep=keep, other=session.get_one(Person, number))
    keep = person_in(db.session(), "Lindner")
    assert keep.phone == "02241 1"
    assert db.session.get(Person, number) is None
    assert db.session.scalars(select(Invitee.person_id)).all() == [keep.id]
    assert told(Tag.PERSON_MERGE) == [{"person": keep.id, "other": number}]
    deputies = next(one for one in places(STEERING, TODAY) if one.seat.organisation == "bamf").deputies
    assert [one.id for one in deputies] == [keep.id]


def test_two_people_are_not_merged() -> None:
    def merge(first: str, second: str) -> None:
        with unit_of_work() as session:
            keep, other = person_in(session, first), person_in(session, second)
            persons.merge_persons(session, actor(session, OFFICE), NOW, keep=keep, other=other)

    refused(lambda: merge("Overath", "Wessel"), "eigenes Konto", StepRefused)
    refused(lambda: merge("Pütz", "Sonntag"), "auf demselben Sitz", StepRefused)
    refused(lambda: merge("Pütz", "Pütz"), "zwei verschiedene")


def test_whoever_sits_somewhere_stays_in_use() -> None:
    def rest(who: str) -> None:
        with unit_of_work() as session:
            persons.deactivate_person(session, actor(session, OFFICE), NOW, person=person_in(session, who))

    refused(lambda: rest("Lindner"), "Lenkungsgruppe KIM", StepRefused)


def test_a_new_body_has_an_address_a_prefix_and_the_agenda_of_its_kind() -> None:
    def found(name: str, by: str = COORDINATOR, **more: Any) -> str:
        with unit_of_work() as session:
            values = founding.BodyValues(name, **more)
            who = actor(session, by)
            return founding.found_body(
                session, who, NOW, controller_id=body_in(session, STEERING).controller_id, values=values
            ).slug

    assert found("Runde Grüße & Größe") == "runde-gruesse-groesse"
    assert found("New", formality="working") == "new-2"
    assert body_in(db.session(), "new-2").agenda[0]["title"].startswith("Begrüßung")
    for name, more, says in (
        ("Lenkungsgruppe KIM", {}, "mit diesem Namen"),
        ("Andere", {"prefix": "LG"}, "schon vergeben"),
        ("Andere", {"prefix": "TH"}, "schon vergeben"),
        ("Andere", {"prefix": "1"}, "Kürzel"),
        ("", {}, "wie das Gremium heißt"),
    ):
        refused(lambda name=name, more=more: found(name, **more), says)
    refused(lambda: found("Zweite Lenkung", formality="steering"), "Geschäftsstelle", NotPermitted)
    found("Zweite Lenkung", OFFICE, formality="steering")


def test_a_body_ends_with_its_seats_and_not_before_its_last_meeting() -> None:
    def end(day: date) -> None:
        with unit_of_work() as session:
            founding.end_body(
                session, actor(session, COORDINATOR), NOW, body=body_in(session, WORKING), day=day, reason="fertig"
            )

    reference = meetings.meeting(WORKING)
    refused(lambda: end(TODAY), reference)
    last = meetings.BEGINS.date()
    end(last)
    assert len(places(WORKING, last)) == 3
    assert places(WORKING, last + DAY) == []
    session = db.session()
    assert officer(session, body_in(session, WORKING), "chair", last + DAY) is None
    coordinator = actor(session, COORDINATOR)
    assert WORKING in {one.slug for one in plannable(session, coordinator, last)}
    assert WORKING not in {one.slug for one in plannable(session, coordinator, last + DAY)}
    assert told(Tag.BODY_END)[-1]["reason"] == "fertig"


def test_warnings_are_for_those_who_plan_and_end_with_the_meetings() -> None:
    def warned(email: str | None) -> set[str]:
        db.session.rollback()
        session = db.session()
        return {one.body.slug for one in rhythm_warnings(session, actor(session, email), TODAY)}

    assert {STEERING, EXCHANGE, "arge-wohlfahrt"} <= warned(OFFICE)
    assert "jour-fixe-troisdorf" not in warned(OFFICE)
    assert "jour-fixe-troisdorf" in warned(ELSEWHERE)
    assert warned(MEMBER) == warned(ADVISER) == warned(None) == set()
    for month in (4, 10):
        meetings.meeting(STEERING, NOW.replace(month=month), items=0)
    assert STEERING not in warned(OFFICE)


def test_what_may_be_planned() -> None:
    session = db.session()
    found = {
        email: {one.slug for one in plannable(session, actor(session, email), TODAY)} for email in (OFFICE, COORDINATOR)
    }
    assert STEERING in found[OFFICE]
    assert found[OFFICE] - found[COORDINATOR] == {STEERING}
    assert not found[OFFICE] & {"kreistag", "kag-1", "fallkonferenz", "jour-fixe-troisdorf"}


def test_people_on_a_day_are_two_questions() -> None:
    found = people_on(db.session(), body_in(db.session(), STEERING), TODAY)
    assert len(found) == 20
    assert [one.role for one in found] == ["principal"] * 20
    assert [(person.last_name, role) for person, role in found[0].everybody()] == [
        ("Overath", "principal"),
        ("Nagel", "deputy"),
    ]


def _meeting_id(session: Any, reference: str) -> int:
    return int(session.scalars(select(Record.id).where(Record.reference == reference)).one())


def _rows() -> tuple[int | None, ...]:
    return tuple(
        db.session.scalar(select(func.count()).select_from(table))
        for table in (Body, Seat, SeatHolder, Officer, Person)
    )
