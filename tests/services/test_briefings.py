"""Briefings: planning, inviting, places and waiting list, moves and cancelling in calendars, attendance, who lacks one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kimforms.extensions import db
from kimforms.models import (
    AdvisoryService,
    Briefing,
    BriefingPlace,
    ChecklistEdition,
    Controller,
    DigestItem,
    MessagePart,
    OutboxMessage,
)
from kimforms.permissions import Actor
from kimforms.services.advice import briefing_places as places
from kimforms.services.advice import briefings, certificates
from kimforms.services.editions.reading import current
from kimforms.services.queries import briefings as queries
from kimforms.services.refusals import InputRefused, NotPermitted, NotVisible, StaleVersion, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support.briefings import PLAN, at_briefing, events, planned, told
from ..support.databases import NOW
from ..support.naturalisation import CARITAS, DIAKONIE, EBH_RSK, EBH_TROISDORF, begun, publish, small
from ..support.records import actor, user

AFTER = NOW + timedelta(days=15)


@pytest.fixture(autouse=True)
def _app(app: Flask) -> Flask:
    return app


def without_directory() -> None:
    """Ends the entries that the profile brings, so that only checklists make a service concerned."""
    with unit_of_work() as session:
        session.execute(update(AdvisoryService).values(active=False))


def registered_by(briefing_id: int, *emails: str, at: datetime = NOW) -> list[int]:
    ids = []
    for email in emails:
        with at_briefing(briefing_id, email) as (session, person, briefing):
            ids.append(places.register(session, person, at, briefing).id)
    return ids


def test_staff_plan_for_their_own_office_only() -> None:
    briefing_id = planned()
    assert events("briefing:plan")
    with unit_of_work() as session:
        troisdorf = session.scalars(select(Controller).where(Controller.key == "troisdorf")).one()
        edition = current(session, troisdorf.id, NOW.date())
        assert edition is not None
        data = briefings.BriefingData(**PLAN, edition_id=edition.id)
        for email in (EBH_RSK, CARITAS):
            with pytest.raises(NotPermitted):
                briefings.plan(session, actor(session, email), NOW, data, controller_id=troisdorf.id)
        with pytest.raises(NotVisible):
            briefings.own_briefing(session, actor(session, EBH_RSK), briefing_id)
        with pytest.raises(NotPermitted):
            briefings.own_briefing(session, actor(session, CARITAS), briefing_id)
        county = session.scalars(select(Controller).where(Controller.key == "rsk")).one()
        with pytest.raises(InputRefused) as refused:  # the other office's edition
            briefings.plan(session, actor(session, EBH_RSK), NOW, data, controller_id=county.id)
        assert set(refused.value.errors) == {"edition"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " \n"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"place": "", "video_url": ""}, "place"),
        ({"video_url": "javascript:alert(1)"}, "video_url"),
        ({"ends_at": PLAN["starts_at"]}, "ends"),
        ({"starts_at": NOW - timedelta(days=1)}, "day"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": 10_000}, "capacity"),
        ({"edition_id": 999_999}, "edition"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputRefused) as refused:
        planned(**changes)
    assert set(refused.value.errors) == {field}
    db.session.rollback()
    assert db.session.scalars(select(Briefing)).all() == []


def test_a_full_briefing_has_a_waiting_list_and_who_waits_moves_up() -> None:
    briefing_id = planned(capacity=1)
    first, second = registered_by(briefing_id, CARITAS, DIAKONIE)
    assert registered_by(briefing_id, CARITAS) == [first], "registering twice changes nothing"
    assert [kind for kind, *_ in told("briefing.")] == ["briefing.registered", "briefing.waiting"]
    with at_briefing(briefing_id, CARITAS) as (session, person, briefing):
        assert places.waits(briefing, places.place_by_id(briefing, second)) == 1
        places.give_up(session, person, NOW, briefing, places.place_by_id(briefing, first))
    assert [kind for kind, *_ in told("briefing.")][2:] == ["briefing.left", "briefing.moved-up"]
    with at_briefing(briefing_id, CARITAS) as (_session, _person, briefing):
        assert [place.user.email for place in briefings.seated(briefing)] == [DIAKONIE]
    assert registered_by(briefing_id, CARITAS, at=NOW + timedelta(hours=1)) == [first], (
        "the same row, at the end of the list"
    )
    with at_briefing(briefing_id, CARITAS) as (_session, _person, briefing):
        assert places.waits(briefing, places.place_by_id(briefing, first)) == 1
    assert len(events("briefing:register")) == 3
    assert len(events("briefing:leave")) == 1


def test_more_places_let_people_move_up_and_fewer_than_taken_are_refused() -> None:
    briefing_id = planned(capacity=1)
    registered_by(briefing_id, CARITAS, DIAKONIE)
    with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing):
        more = briefings.BriefingData(**vars(briefings.data_of(briefing)) | {"capacity": 2})
        assert briefings.change(session, person, NOW, briefing, more, row_version=briefing.row_version) == {"capacity"}
        assert len(briefings.seated(briefing)) == 2
        assert briefing.sequence == 0, "no move: calendars stay as they are"
    assert told("briefing.moved-up")[0][1] == DIAKONIE
    with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing):
        less = briefings.BriefingData(**vars(briefings.data_of(briefing)) | {"capacity": 1})
        with pytest.raises(InputRefused) as refused:
            briefings.change(session, person, NOW, briefing, less, row_version=None)
        assert set(refused.value.errors) == {"capacity"}


def test_calendars_know_one_entry_through_move_leaving_returning_and_cancelling() -> None:
    briefing_id = planned()
    registered_by(briefing_id, CARITAS, DIAKONIE)
    with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing):
        uid = briefing.uid
        later = {"starts_at": PLAN["starts_at"] + timedelta(days=1), "ends_at": PLAN["ends_at"] + timedelta(days=1)}
        data = briefings.BriefingData(**vars(briefings.data_of(briefing)) | later)
        briefings.change(session, person, NOW, briefing, data, row_version=briefing.row_version)
    with at_briefing(briefing_id, CARITAS) as (session, person, briefing):
        place = places.place_of(briefing, person.user_id)
        assert place is not None
        places.give_up(session, person, NOW, briefing, place)
    registered_by(briefing_id, CARITAS)
    with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing):
        briefings.cancel(session, person, NOW, briefing, reason="Krankheit")
    seen = calendars()
    assert {uid for _to, _method, uid, _sequence in seen} == {uid}
    assert [(method, sequence) for to, method, _uid, sequence in seen if to == CARITAS] == [
        ("REQUEST", 0), ("REQUEST", 1), ("CANCEL", 2), ("REQUEST", 3), ("CANCEL", 4),
    ]  # fmt: skip
    assert [(method, sequence) for to, method, _uid, sequence in seen if to == DIAKONIE] == [
        ("REQUEST", 0), ("REQUEST", 1), ("CANCEL", 4),
    ]  # fmt: skip
    assert "Krankheit" in told("briefing.cancelled")[0][2]


def calendars() -> list[tuple[str, str, str, int]]:
    """Recipient, method, UID, sequence of every calendar entry that went out, in order."""
    db.session.rollback()
    rows = db.session.execute(
        select(OutboxMessage, MessagePart)
        .join(MessagePart, MessagePart.message_id == OutboxMessage.id)
        .order_by(OutboxMessage.id)
    )
    found = []
    for message, part in rows:
        calendar = Calendar.from_ical(part.content)
        (event,) = calendar.walk("VEVENT")
        found.append(
            (message.deliveries[0].address, str(calendar["METHOD"]), str(event["UID"]), int(event["SEQUENCE"]))
        )
    return found


def test_invitations_go_to_the_advisers_of_services_concerned_without_a_place() -> None:
    without_directory()
    briefing_id = planned()
    with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing), pytest.raises(StepRefused):
        briefings.invite(session, person, NOW, briefing)  # no service keeps a checklist yet, none is in the directory
    begun(CARITAS)
    begun(DIAKONIE)
    begun(DIAKONIE)
    registered_by(briefing_id, DIAKONIE)
    with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing):
        user(session, CARITAS).digest = True
        assert briefings.invite(session, person, NOW, briefing) >= 1
        assert briefing.invited_at == NOW
    assert DIAKONIE not in [to for kind, to, _text in told("briefing.invitation")]
    assert db.session.scalars(select(DigestItem)).all(), "who wants one mail a day gets the invitation in it"
    assert len(events("briefing:invite")) == 1


def test_a_checklist_at_the_other_office_invites_nobody() -> None:
    without_directory()
    briefing_id = planned()
    begun(CARITAS, "siegburg")
    with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing), pytest.raises(StepRefused):
        briefings.invite(session, person, NOW, briefing)


def test_people_without_account_are_entered_by_staff_and_get_a_mail_when_there_is_an_address() -> None:
    briefing_id = planned()
    with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing):
        places.add_person(
            session, person, NOW, briefing, name="Mara Lind", organisation="Offene Tür", email="lind@tuer.example"
        )
        places.add_person(session, person, NOW, briefing, name="Jo Berg", organisation="", email="")
        with pytest.raises(InputRefused) as refused:
            places.add_person(session, person, NOW, briefing, name="", organisation="", email="")
        assert set(refused.value.errors) == {"name"}
        for wrong in ("kein@", "a@b\r\nBcc: c@d.example", "LIND@tuer.example"):
            with pytest.raises(InputRefused):
                places.add_person(session, person, NOW, briefing, name="X", organisation="", email=wrong)
    assert [to for _kind, to, _text in told("briefing.")] == ["lind@tuer.example"]
    assert "Lind" not in str([event.payload for event in events("briefing:register")]), "the chain names nobody"
    with at_briefing(briefing_id, CARITAS) as (session, person, briefing), pytest.raises(NotPermitted):
        places.add_person(session, person, NOW, briefing, name="X", organisation="", email="")


def test_nobody_registers_for_what_began_or_was_cancelled_or_without_a_service() -> None:
    briefing_id = planned()
    for email, moment, refusal in ((EBH_TROISDORF, NOW, NotPermitted), (CARITAS, AFTER, StepRefused)):
        with at_briefing(briefing_id, email) as (session, person, briefing), pytest.raises(refusal):
            places.register(session, person, moment, briefing)
    with at_briefing(briefing_id, CARITAS) as (session, person, briefing), pytest.raises(InputRefused):
        places.register(session, person, NOW, briefing, organisation="diakonie")
    with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing):
        briefings.cancel(session, person, NOW, briefing, reason="Krankheit")
        for deed in (lambda: briefings.cancel(session, person, NOW, briefing, reason="noch einmal"),
                     lambda: briefings.invite(session, person, NOW, briefing)):  # fmt: skip
            with pytest.raises(StepRefused):
                deed()
    with at_briefing(briefing_id, CARITAS) as (session, person, briefing), pytest.raises(StepRefused):
        places.register(session, person, NOW, briefing)


def test_nobody_gives_up_anothers_place() -> None:
    briefing_id, other = planned(), planned(title="Eine andere")
    (place_id,) = registered_by(briefing_id, CARITAS)
    with at_briefing(briefing_id, DIAKONIE) as (session, person, briefing), pytest.raises(NotPermitted):
        places.give_up(session, person, NOW, briefing, places.place_by_id(briefing, place_id))
    with at_briefing(other, CARITAS) as (_session, _person, briefing), pytest.raises(NotVisible):
        places.place_by_id(briefing, place_id)


def test_attendance_is_noted_after_the_begin_and_makes_certificates() -> None:
    briefing_id = planned()
    mine, theirs = registered_by(briefing_id, CARITAS, DIAKONIE)
    with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing):
        with pytest.raises(StepRefused):
            places.record_attendance(session, person, NOW, briefing, [mine], row_version=None)
        with pytest.raises(InputRefused):
            places.record_attendance(session, person, AFTER, briefing, [999_999], row_version=None)
        shown = briefing.row_version
        assert places.record_attendance(session, person, AFTER, briefing, [mine], row_version=shown) == 1
    with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing):
        assert briefing.state == "held"
        assert [(place.attended, place.certificate) for place in briefings.registered(briefing)] == [
            (True, f"SB-2026-{briefing_id:04d}-{mine:04d}"), (False, None),
        ]  # fmt: skip
        with pytest.raises(StaleVersion):
            places.record_attendance(session, person, AFTER, briefing, [theirs], row_version=shown)
        places.record_attendance(session, person, AFTER, briefing, [mine, theirs], row_version=briefing.row_version)
    assert [to for _kind, to, _text in told("briefing.certificate")] == [CARITAS, DIAKONIE], "each is told once"
    with at_briefing(briefing_id, CARITAS) as (session, person, briefing), pytest.raises(NotPermitted):
        places.record_attendance(session, person, AFTER, briefing, [], row_version=None)


def test_a_certificate_is_for_whoever_attended_and_for_the_office() -> None:
    briefing_id = planned()
    mine, theirs = registered_by(briefing_id, CARITAS, DIAKONIE)
    with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing):
        places.record_attendance(session, person, AFTER, briefing, [mine], row_version=None)
    with at_briefing(briefing_id, CARITAS) as (session, person, briefing):
        html = certificates.certificate_html(session, person, AFTER, briefing, places.place_by_id(briefing, mine))
        for part in (f"SB-2026-{briefing_id:04d}-{mine:04d}", "Fassung 1", "19.08.2026", "Troisdorf", person.name):
            assert part in html
        with pytest.raises(NotVisible):
            certificates.certificate_html(session, person, AFTER, briefing, places.place_by_id(briefing, theirs))
    with at_briefing(briefing_id, DIAKONIE) as (session, person, briefing):
        for place_id in (mine, theirs):  # somebody else's, and the own one without having been there
            with pytest.raises(NotVisible):
                certificates.certificate_html(session, person, AFTER, briefing, places.place_by_id(briefing, place_id))
    with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing):
        assert certificates.certificate_html(session, person, AFTER, briefing, places.place_by_id(briefing, mine))


def test_staff_see_who_was_not_briefed_on_the_edition_in_effect() -> None:
    without_directory()
    begun(CARITAS)
    begun(DIAKONIE)
    briefing_id = planned()
    (mine,) = registered_by(briefing_id, CARITAS)
    with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing):
        places.record_attendance(session, person, AFTER, briefing, [mine], row_version=None)
    assert briefed("troisdorf", EBH_TROISDORF) == {"caritas": {CARITAS: True}, "diakonie": {DIAKONIE: False}}
    with unit_of_work() as session:
        with pytest.raises(NotPermitted):
            queries.coverage(session, actor(session, EBH_RSK), AFTER, controller_id=_controller(session, "troisdorf"))
        publish(session, session.get_one(Controller, _controller(session, "troisdorf")), small(law_status="2026-12-01"),
                valid_from=date(2026, 12, 1), number=2)  # fmt: skip
    assert briefed("troisdorf", EBH_TROISDORF) == {"caritas": {CARITAS: False}, "diakonie": {DIAKONIE: False}}


def briefed(office: str, email: str) -> dict[str, dict[str, bool]]:
    with reading(email) as (session, person):
        shown = queries.coverage(session, person, AFTER, controller_id=_controller(session, office))
        return {
            line.slug: {
                one.email: one.briefed_on is not None for one in line.people if one.email in (CARITAS, DIAKONIE)
            }
            for line in shown.services
        }


def test_an_adviser_reads_where_a_briefing_is_missing_and_when_the_next_one_is() -> None:
    begun(CARITAS)
    with reading(CARITAS) as (session, person):
        (standing,) = queries.standing(session, person, NOW)
        assert (standing.office.key, standing.briefed_on, standing.next) == ("troisdorf", None, None)
    briefing_id = planned()
    with reading(CARITAS) as (session, person):
        (standing,) = queries.standing(session, person, NOW)
        assert standing.next is not None
        assert standing.next.id == briefing_id
    (mine,) = registered_by(briefing_id, CARITAS)
    with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing):
        places.record_attendance(session, person, AFTER, briefing, [mine], row_version=None)
    with reading(CARITAS) as (session, person):
        assert queries.standing(session, person, AFTER)[0].briefed_on is not None
    with reading(EBH_TROISDORF) as (session, person):
        assert queries.standing(session, person, AFTER) == []


@contextmanager
def reading(email: str) -> Iterator[tuple[Session, Actor]]:
    db.session.rollback()
    yield db.session(), actor(db.session(), email)


def _controller(session: Session, key: str) -> int:
    return session.scalars(select(Controller.id).where(Controller.key == key)).one()


def test_a_briefing_that_was_refused_leaves_nothing_behind() -> None:
    briefing_id = planned(capacity=1)
    with pytest.raises(RuntimeError), at_briefing(briefing_id, CARITAS) as (session, person, briefing):
        places.register(session, person, NOW, briefing)
        raise RuntimeError
    db.session.rollback()
    assert db.session.scalars(select(BriefingPlace)).all() == []
    assert told("briefing.") == []
    assert events("briefing:register") == []


def test_a_withdrawn_edition_stays_named_and_a_draft_is_no_material() -> None:
    briefing_id = planned()
    with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing):
        briefing.edition.state = "withdrawn"
        data = briefings.BriefingData(**vars(briefings.data_of(briefing)) | {"title": "Neuer Titel"})
        assert briefings.change(session, person, NOW, briefing, data, row_version=None) == {"title"}
        draft = session.get_one(ChecklistEdition, briefing.edition_id)
        draft.state = "draft"
        with pytest.raises(InputRefused):
            briefings.change(session, person, NOW, briefing, data, row_version=None)


def test_a_service_in_the_directory_is_concerned_before_it_keeps_a_checklist() -> None:
    without_directory()
    briefing_id = planned()
    with unit_of_work() as session:
        county = session.scalars(select(Controller.id).where(Controller.key == "rsk")).one()
        for number, (organisation, fields) in enumerate([("caritas", ["naturalisation"]), ("diakonie", ["youth"])]):
            session.add(AdvisoryService(slug=f"d-{number}", name="Dienst", controller_id=county, organisation=organisation,
                                        fields=fields, created_at=NOW, changed_at=NOW))  # fmt: skip
    assert set(briefed("troisdorf", EBH_TROISDORF)) == {"caritas"}
    with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing):
        briefings.invite(session, person, NOW, briefing)
    assert CARITAS in [to for _kind, to, _text in told("briefing.invitation")]
    assert DIAKONIE not in [to for _kind, to, _text in told("briefing.invitation")]
