"""Seats and agendas that come with the profile: complete after the first start, kept in step, never over what people entered."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from shutil import copytree

import pytest
from sqlalchemy import func, select

from kimforms.engine.profile import profile_folder, read_profile
from kimforms.extensions import db
from kimforms.models import Body, Officer, Person, RoleGrant, Seat, SeatHolder
from kimforms.permissions import SYSTEM
from kimforms.services import profile_loading
from kimforms.services.audit import Tag
from kimforms.services.bodies import demo_people
from kimforms.services.bodies.people import officer
from kimforms.services.bodies.seats import Placing, SeatValues, add_seat, place_person
from kimforms.services.unit_of_work import unit_of_work

from ..support.bodies import EXCHANGE, STEERING, WORKING, body_in, person_in, places, seat_in, told
from ..support.databases import NOW
from ..support.records import OFFICE, actor, user

pytestmark = pytest.mark.usefixtures("app")
TODAY = date(2026, 11, 23)
TOMORROW = NOW + timedelta(days=1)


def load(folder: Path | None = None, now=NOW) -> None:
    profile = read_profile(folder or profile_folder("rhein_sieg"))
    with unit_of_work() as session:
        profile_loading.load(session, SYSTEM, now, profile)
        demo_people.seat_people(session, now, profile)


def changed(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    folder = Path(copytree(profile_folder("rhein_sieg"), tmp_path / "profile"))
    path = folder / "bodies.yaml"
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, "utf-8")
    return folder


def test_the_steering_group_has_its_seventeen_votes_and_everybody_to_meet() -> None:
    found = places(STEERING, TODAY)
    rights = Counter(one.right for one in found)
    assert rights == {"voting": 17, "advisory": 2, "guest": 1}
    assert all(one.person for one in found if one.right == "voting")
    assert sum(len(one.deputies) for one in found) == 6
    assert [one.seat.organisation for one in found if one.right == "advisory"] == ["rsk-gesundheitsamt", "bamf"]
    voting = [one.person for one in found if one.right == "voting"]
    assert sum(one.email is None and bool(one.postal_address) for one in voting if one) == 2
    assert {one.name for one in voting if one and one.user_id} == {"Sabine Overath", "Dirk Wessel"}


def test_functions_of_the_demonstration() -> None:
    session = db.session()
    steering = body_in(session, STEERING)
    names = {
        function: (found.name if (found := officer(session, steering, function, TODAY)) else None)
        for function in ("chair", "vice_chair", "managing_director", "minute_taker", "office")
    }
    assert names == {
        "chair": "Sabine Overath",
        "vice_chair": "Volker Schmitz-Bauer",
        "managing_director": "Martin Leonhardt",
        "minute_taker": "Dr. Ulrike Hansen",
        "office": "Dr. Ulrike Hansen",
    }
    assert officer(session, steering, "chair", date(2025, 12, 31)) is None


def test_bodies_know_their_formality_agenda_and_who_set_them_up() -> None:
    session = db.session()
    group = body_in(session, WORKING)
    assert (group.formality, group.origin, group.mandate) == (
        "working", "profile", "Sprachförderangebote für Delfin-4-Kinder schaffen",
    )  # fmt: skip
    assert group.set_up_by_id == body_in(session, STEERING).id
    assert body_in(session, STEERING).agenda[0]["kind"] == "formalities"
    assert [one["title"] for one in body_in(session, EXCHANGE).agenda][1] == "Hürden"
    assert body_in(session, "kreistag").agenda == []


def test_every_member_of_the_profile_has_one_seat() -> None:
    profile = read_profile(profile_folder("rhein_sieg"))
    counted = dict(
        db.session.execute(
            select(Body.slug, func.count(Seat.id)).join(Seat, Seat.body_id == Body.id).group_by(Body.slug)
        ).all()
    )
    assert counted == {one.id: len(one.members) for one in profile.bodies.bodies if one.members}


def test_loading_again_changes_nothing() -> None:
    before = _everything()
    load(now=TOMORROW)
    assert _everything() == before


def test_a_member_that_goes_and_one_that_comes(tmp_path: Path) -> None:
    gone = "      - organisation: bamf\n        voting: false\n        attends: bei passenden Themen\n"
    folder = changed(tmp_path, (gone, "      - organisation: vhs\n        voting: false\n"))
    (folder / "demo/people.yaml").unlink()
    load(folder, now=TOMORROW)
    today, tomorrow = places(STEERING, TODAY), places(STEERING, TODAY + timedelta(days=1))
    assert "bamf" in {one.seat.organisation for one in today}
    assert "vhs" not in {one.seat.organisation for one in today}
    assert "bamf" not in {one.seat.organisation for one in tomorrow}
    assert "vhs" in {one.seat.organisation for one in tomorrow}
    assert [one.person.last_name for one in today if one.seat.organisation == "bamf" and one.person] == ["Oberländer"]
    with unit_of_work() as session:
        holding = session.scalars(
            select(SeatHolder).where(SeatHolder.person_id == person_in(session, "Oberländer").id)
        ).one()
        assert holding.valid_until == TODAY


def test_a_vote_that_is_given_counts_from_today_and_not_for_the_past(tmp_path: Path) -> None:
    old = "      - organisation: rsk-gesundheitsamt\n        voting: false\n"
    load(
        changed(
            tmp_path, (old, old.replace("false", "true").replace("    voting", "    list_item: 16\n        voting")),
            ("voting_list_items: 15", "voting_list_items: 16"), ("voting_members: 17", "voting_members: 18"),
            ("    voting_list_items: 15", "    voting_list_items: 16"), ("    voting_members: 17", "    voting_members: 18"),
        ),
        now=TOMORROW,
    )  # fmt: skip
    seats = {
        day: [one for one in places(STEERING, day) if one.seat.organisation == "rsk-gesundheitsamt"]
        for day in (TODAY, TODAY + timedelta(days=1))
    }
    assert [(one.right, one.person.last_name) for one in seats[TODAY] if one.person] == [("advisory", "Aldenhoven")]
    later = seats[TODAY + timedelta(days=1)]
    assert [(one.right, one.person.last_name) for one in later if one.person] == [("voting", "Aldenhoven")]


def test_what_people_entered_stays() -> None:
    with unit_of_work() as session:
        office, body = actor(session, OFFICE), body_in(session, STEERING)
        seat = add_seat(
            session, office, NOW, body=body, values=SeatValues("Hochschule", right="guest"), valid_from=TODAY
        )
        place_person(session, office, NOW, seat=seat, placing=Placing(person_in(session, "Benali"), TODAY))
        body.mandate, body.agenda = "Eigener Auftrag", [{"kind": "report", "title": "Nur dies", "minutes": None}]
        taken = seat_in(session, STEERING, organisation="paritaet")
        place_person(
            session, office, NOW, seat=taken, placing=Placing(person_in(session, "Peters"), TODAY, replace=True)
        )
    load(now=TOMORROW)
    body = body_in(db.session(), STEERING)
    assert body.mandate == "Eigener Auftrag"
    assert [one["title"] for one in body.agenda] == ["Nur dies"]
    found = {one.seat.label: one.person for one in places(STEERING, TODAY + timedelta(days=1))}
    assert found["Hochschule"] is not None
    sitting = [one.person for one in places(STEERING, TODAY) if one.seat.organisation == "paritaet"]
    assert [one.last_name for one in sitting if one] == ["Peters"]


def test_accounts_become_members_of_their_bodies_and_the_history_tells() -> None:
    session = db.session()
    grants = session.scalars(select(RoleGrant.body).where(RoleGrant.role == "member")).all()
    assert set(grants) == {STEERING}
    assert len(told(Tag.SEAT_ADD)) == session.scalar(select(func.count(Seat.id)))
    assert len(told(Tag.SEAT_PLACE)) == session.scalar(select(func.count(SeatHolder.id)))
    assert len(told(Tag.PERSON_CREATE)) == session.scalar(select(func.count(Person.id)))
    assert user(session, OFFICE).id in {one for one in session.scalars(select(Person.user_id)) if one}


def _everything() -> list[list[tuple[object, ...]]]:
    db.session.rollback()
    rows = (
        select(Seat.id, Seat.label, Seat.right, Seat.valid_until, Seat.position),
        select(SeatHolder.id, SeatHolder.person_id, SeatHolder.valid_until),
        select(Officer.id, Officer.function, Officer.valid_until),
        select(Person.id, Person.email),
        select(Body.id, Body.mandate, Body.formality, Body.set_up_by_id),
    )
    return [[tuple(row) for row in db.session.execute(one.order_by(one.selected_columns[0]))] for one in rows]
