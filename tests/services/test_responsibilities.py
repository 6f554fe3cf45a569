"""Who is responsible for a municipality: who may say so, about whom, and what ends it; row and history together."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.forms.responsibilities import ENGLISH
from kimforms.models import Controller, Event, Responsibility, RoleGrant, User
from kimforms.permissions import SYSTEM, Actor, Grant
from kimforms.services import accounts, audit, responsibilities, roles
from kimforms.services.records.recipients import responsible_for
from kimforms.services.refusals import InputRefused, NotPermitted
from kimforms.services.responsibilities import Wish
from kimforms.services.unit_of_work import unit_of_work

FIRST, SECOND, ADMIN = "koordination@rsk.example", "koordination2@rsk.example", "admin@rsk.example"


def user(email: str) -> User:
    return db.session.scalars(select(User).where(User.email == email)).one()


def acting(email: str) -> Actor:
    person = user(email)
    return Actor("person", person.id, person.name, person.email, tuple(roles.as_grant(one) for one in person.grants))


def controller(key: str) -> int:
    return db.session.scalars(select(Controller.id).where(Controller.key == key)).one()


def holder(municipality: str = "siegburg") -> int | None:
    return db.session.scalar(select(Responsibility.user_id).filter_by(municipality=municipality))


def events() -> list[dict[str, Any]]:
    """What changed since the set-up, which gave all municipalities to somebody."""
    found = db.session.scalars(select(Event).where(Event.tag == "responsibility:change").order_by(Event.seq))
    return [audit.payload_of(one) for one in found][19:]


def put(actor: Actor, now: datetime, person: int | None, municipality: str = "siegburg", key: str = "rsk") -> bool:
    number = controller(key)
    with unit_of_work() as session:
        return responsibilities.set_responsible(session, actor, now, number, municipality, person)


def test_somebody_becomes_responsible_and_the_history_says_so(app: Flask, now: datetime) -> None:
    first, second = user(FIRST).id, user(SECOND).id
    assert holder() == second
    assert put(acting(ADMIN), now, first)
    assert not put(acting(ADMIN), now, first)
    assert holder() == first
    assert put(acting(ADMIN), now, None)
    assert holder() is None
    rsk = {"controller": controller("rsk"), "municipality": "siegburg"}
    assert events() == [rsk | {"old": second, "new": first}, rsk | {"old": first, "new": None}]


def test_only_active_coordinators_of_that_controller_are_taken(app: Flask, now: datetime) -> None:
    admin, before = acting(ADMIN), holder()
    for number in (user("leitung@rsk.example").id, user("koordination@troisdorf.example").id, -1, 999_999):
        with pytest.raises(InputRefused) as refused:
            put(admin, now, number)
        assert "Wählen Sie jemanden aus der Liste" in refused.value.errors["siegburg"]
    first = user(FIRST)
    with unit_of_work() as session:
        session.get_one(RoleGrant, first.grants[0].id).valid_until = now.date() - timedelta(days=1)
    with pytest.raises(InputRefused):
        put(admin, now, first.id)
    assert (holder(), events()) == (before, [])


def test_unknown_municipalities_and_other_controllers_are_refused(app: Flask, now: datetime) -> None:
    with pytest.raises(InputRefused, match="prüfen"):
        put(SYSTEM, now, user(FIRST).id, "atlantis")
    with pytest.raises(NotPermitted):
        put(acting(ADMIN), now, None, key="troisdorf")
    with pytest.raises(NotPermitted):
        put(acting(FIRST), now, user(FIRST).id)
    assert events() == []


def test_a_page_is_carried_out_whole_or_not_at_all(app: Flask, now: datetime) -> None:
    admin, rsk, first, second = acting(ADMIN), controller("rsk"), user(FIRST).id, user(SECOND).id
    wishes = {"siegburg": Wish(second, first), "lohmar": Wish(second, second), "much": Wish(second, None)}
    with unit_of_work() as session:
        changed = responsibilities.change_responsibilities(session, admin, now, rsk, wishes)
    assert (changed, holder("lohmar"), holder("much")) == (["siegburg", "much"], second, None)
    wishes = {"hennef": Wish(second, first), "atlantis": Wish(None, first), "eitorf": Wish(second, -1)}
    with pytest.raises(InputRefused) as refused, unit_of_work() as session:
        responsibilities.change_responsibilities(session, admin, now, rsk, wishes)
    assert sorted(refused.value.errors) == ["atlantis", "eitorf"]
    assert (holder("hennef"), len(events())) == (second, 2)


def test_two_at_once_do_not_undo_each_other(app: Flask, now: datetime) -> None:
    admin, rsk, first, second = acting(ADMIN), controller("rsk"), user(FIRST).id, user(SECOND).id
    put(admin, now, first, "siegburg")
    stale = {"siegburg": Wish(second, None), "lohmar": Wish(second, first)}
    with pytest.raises(InputRefused) as refused, unit_of_work() as session:
        responsibilities.change_responsibilities(session, admin, now, rsk, stale)
    assert "Inzwischen" in refused.value.errors["siegburg"]
    untouched = {"siegburg": Wish(second, second), "lohmar": Wish(second, first)}
    with unit_of_work() as session:
        assert responsibilities.change_responsibilities(session, admin, now, rsk, untouched) == ["lohmar"]
    assert holder("siegburg") == first


def test_closing_an_account_ends_what_it_was_responsible_for(app: Flask, now: datetime) -> None:
    second = user(SECOND).id
    with unit_of_work() as session:
        accounts.deactivate_user(session, acting(ADMIN), now, session.get_one(User, second))
    assert holder() is None
    assert {(one["old"], one["new"]) for one in events()} == {(second, None)}
    assert len(events()) == 10


def test_taking_the_last_coordination_away_ends_it_too(app: Flask, now: datetime) -> None:
    second, rsk = user(SECOND).id, controller("rsk")
    with unit_of_work() as session:
        person = session.get_one(User, second)
        roles.put_grant(session, SYSTEM, now, person, Grant("office", rsk))
        roles.put_grant(session, SYSTEM, now, person, Grant("coordinator", rsk, municipality="siegburg"))
    for role, left in (("office", 10), ("coordinator", 10), ("coordinator", 0)):
        with unit_of_work() as session:
            person = session.get_one(User, second)
            grant = next(one for one in person.grants if one.role == role)
            roles.revoke_role(session, acting(ADMIN), now, person, grant.id)
        assert len(responsibilities.held_by(db.session(), second)) == left
    assert len(events()) == 10


def test_an_expired_role_gets_no_more_new_reports(app: Flask, now: datetime) -> None:
    second, rsk, today = user(SECOND), controller("rsk"), date(2026, 11, 23)
    assert responsible_for(db.session(), rsk, "siegburg", today) == second
    with unit_of_work() as session:
        session.get_one(User, second.id).grants[0].valid_until = today
    assert responsible_for(db.session(), rsk, "siegburg", today) == second
    db.session().info.pop("kimforms_memo")
    assert responsible_for(db.session(), rsk, "siegburg", today + timedelta(days=1)) is None


def test_every_refusal_has_its_english(app: Flask) -> None:
    wanted = (responsibilities.UNKNOWN, responsibilities.NOT_COORDINATING, responsibilities.CHANGED_MEANWHILE)
    assert ENGLISH.keys() == set(wanted)
