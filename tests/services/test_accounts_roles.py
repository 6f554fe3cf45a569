"""Invitations, links, roles and closing of accounts: state, history and mails together."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kimforms.extensions import db
from kimforms.models import Controller, Event, HeldInput, OneTimeToken, OutboxMessage, User
from kimforms.permissions import SYSTEM, Actor, Grant
from kimforms.services import accounts, audit, held_input, passwords, roles, tokens
from kimforms.services.passwords import Cost
from kimforms.services.refusals import InputRefused, LinkExpired, NotPermitted, NotVisible, StepRefused, TooMany
from kimforms.services.unit_of_work import unit_of_work

CHEAP = Cost(time_cost=1, memory_cost=8)
LINKS = {"secret_key": "test-secret", "base_url": "http://localhost"}
GOOD = "kupfer laterne gurke"


def controller(key: str) -> int:
    return db.session.scalars(select(Controller.id).where(Controller.key == key)).one()


def person(session: Session, email: str) -> User:
    return session.scalars(select(User).where(User.email == email)).one()


def acting(email: str) -> Actor:
    user = person(db.session(), email)
    grants = tuple(roles.as_grant(grant) for grant in user.grants)
    return Actor("person", user.id, user.name, user.email, grants)


def invite(session: Session, actor: Actor, now: datetime, email: str = "neu@awo.example", **changes: Any) -> User:
    grants = changes.pop("grants", [Grant("coordinator", actor.grants[0].controller_id)])
    return accounts.invite_user(session, actor, now, email=email, name="Nele Neu", grants=grants, **LINKS)[0]


def link_of(user: User) -> str:
    row = db.session.scalars(
        select(OneTimeToken).where(OneTimeToken.user_id == user.id).order_by(OneTimeToken.id.desc())
    ).first()
    assert row is not None
    return tokens.token_text("test-secret", row)


def tags() -> list[str]:
    return list(db.session.scalars(select(Event.tag).order_by(Event.seq)))


def accept(now: datetime, text: str, password: str = GOOD) -> User:
    with unit_of_work() as session:
        return accounts.set_password_by_link(session, now, token=text, password=password, cost=CHEAP, **LINKS)


@pytest.fixture
def admin(app: Flask) -> Actor:
    return acting("admin@rsk.example")


def test_invitation_makes_account_roles_mail_and_history(admin: Actor, now: datetime) -> None:
    before = len(tags())
    with unit_of_work() as session:
        user = invite(session, admin, now, " Neu@AWO.example ")
    assert (user.email, user.password_hash, [grant.role for grant in user.grants]) == (
        "neu@awo.example",
        None,
        ["coordinator"],
    )
    assert tags()[before:] == ["account:create", "role:grant", "account:invite"]
    mail = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert mail is not None
    token = db.session.scalars(select(OneTimeToken).where(OneTimeToken.user_id == user.id)).one()
    assert f"http://localhost/password/{{{{token:{token.id}}}}}" in mail.text
    assert [delivery.address for delivery in mail.deliveries] == ["neu@awo.example"]
    assert link_of(user) not in mail.text + mail.html


def test_name_and_email_stand_apart_from_the_chain(admin: Actor, now: datetime) -> None:
    with unit_of_work() as session:
        invite(session, admin, now)
    event = db.session.scalars(select(Event).where(Event.tag == "account:create").order_by(Event.seq.desc())).first()
    assert event is not None
    assert "Nele" not in event.payload
    assert "awo.example" not in event.payload
    assert all(value.personal for value in event.values)
    assert audit.payload_of(event)["email"] == "neu@awo.example"


def test_the_link_sets_the_password_once(admin: Actor, now: datetime) -> None:
    with unit_of_work() as session:
        user = invite(session, admin, now)
    text, epoch = link_of(user), user.session_epoch
    user = accept(now + timedelta(days=6), text)
    assert passwords.matches(user.password_hash, GOOD, CHEAP)
    assert user.session_epoch == epoch + 1
    assert tags()[-1] == "account:accept"
    with pytest.raises(LinkExpired):
        accept(now + timedelta(days=6), text, "ein ganz anderes passwort")


def test_links_expire_and_forged_ones_never_work(admin: Actor, now: datetime) -> None:
    with unit_of_work() as session:
        user = invite(session, admin, now)
    text = link_of(user)
    row = db.session.scalars(select(OneTimeToken).where(OneTimeToken.user_id == user.id)).one()
    for forged in (
        "",
        "x",
        text[:-1],
        text + "A",
        row.nonce,
        row.token_hash,
        "\ud800",
        tokens.token_text("other", row),
    ):
        with pytest.raises(LinkExpired):
            accept(now, forged)
    with pytest.raises(LinkExpired):
        accept(now + timedelta(days=7), text)
    with pytest.raises(LinkExpired), unit_of_work() as session:
        tokens.redeem(session, tokens.RESET, text, now)
    assert accept(now + timedelta(days=7, seconds=-1), text).id == user.id


def test_a_weak_password_leaves_the_link_usable(admin: Actor, now: datetime) -> None:
    with unit_of_work() as session:
        user = invite(session, admin, now)
    text = link_of(user)
    with pytest.raises(InputRefused) as refused:
        accept(now, text, "passwort1234")
    assert set(refused.value.errors) == {"password"}
    assert accept(now, text).id == user.id


def test_a_newer_link_kills_the_older(admin: Actor, now: datetime) -> None:
    with unit_of_work() as session:
        user = invite(session, admin, now)
    old = link_of(user)
    with unit_of_work() as session:
        accounts.resend_invitation(session, admin, now, person(session, user.email), **LINKS)
    with pytest.raises(LinkExpired):
        accept(now, old)
    assert accept(now, link_of(user)).id == user.id
    with pytest.raises(StepRefused), unit_of_work() as session:
        accounts.resend_invitation(session, admin, now, person(session, user.email), **LINKS)


def reset(now: datetime, email: str, address: str = "203.0.113.9") -> None:
    with unit_of_work() as session:
        accounts.ask_reset(session, now, email=email, address=address, **LINKS)


def mails() -> int:
    return db.session.scalar(select(func.count(OutboxMessage.id))) or 0


def test_reset_by_mail_changes_the_password_and_tells(app: Flask, now: datetime) -> None:
    reset(now, "Beratung@caritas.example")
    user = person(db.session(), "beratung@caritas.example")
    epoch, text = user.session_epoch, link_of(user)
    with pytest.raises(LinkExpired):
        accept(now + timedelta(hours=2), text)
    accept(now + timedelta(minutes=119), text)
    assert user.session_epoch == epoch + 1
    mail = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert mail is not None
    assert mail.kind == "account.password"
    assert tags()[-1] == "account:password"


def test_reset_mails_nobody_who_is_unknown_or_closed_and_records_both(app: Flask, now: datetime) -> None:
    with unit_of_work() as session:
        person(session, "beratung@caritas.example").active = False
    before = mails()
    for email in ("beratung@caritas.example", "nobody@caritas.example"):
        reset(now, email)
    assert mails() == before
    assert tags()[-2:] == ["account:reset-ask", "account:reset-ask"]


def test_resets_are_limited_silently_for_an_account_and_aloud_for_an_address(app: Flask, now: datetime) -> None:
    before = mails()
    for number in range(6):
        reset(now, "beratung@caritas.example", f"203.0.113.{number}")
    assert mails() == before + 3
    for _ in range(20):
        reset(now, "nobody@caritas.example", "198.51.100.1")
    with pytest.raises(TooMany):
        reset(now, "beratung@diakonie.example", "198.51.100.1")


def test_deactivation_ends_sessions_and_links_and_can_be_undone(admin: Actor, now: datetime) -> None:
    reset(now, "beratung@caritas.example")
    user = person(db.session(), "beratung@caritas.example")
    epoch, text = user.session_epoch, link_of(user)
    with unit_of_work() as session:
        accounts.deactivate_user(session, admin, now, person(session, user.email))
    assert (user.active, user.deactivated_at, user.session_epoch) == (False, now, epoch + 1)
    with pytest.raises(LinkExpired):
        accept(now, text)
    with unit_of_work() as session:
        accounts.activate_user(session, admin, now, person(session, user.email))
    assert (user.active, user.deactivated_at) == (True, None)
    assert tags()[-2:] == ["account:deactivate", "account:activate"]


def test_an_administrator_cannot_close_or_disarm_the_own_account(admin: Actor, now: datetime) -> None:
    with pytest.raises(StepRefused), unit_of_work() as session:
        accounts.deactivate_user(session, admin, now, person(session, admin.email))
    with pytest.raises(StepRefused), unit_of_work() as session:
        own = person(session, admin.email)
        roles.revoke_role(session, admin, now, own, own.grants[0].id)


def test_the_last_administrator_of_a_controller_stays(admin: Actor, now: datetime) -> None:
    with pytest.raises(StepRefused), unit_of_work() as session:
        accounts.deactivate_user(session, SYSTEM, now, person(session, admin.email))
    with pytest.raises(StepRefused), unit_of_work() as session:
        own = person(session, admin.email)
        roles.revoke_role(session, SYSTEM, now, own, own.grants[0].id)
    with unit_of_work() as session:
        second = person(session, "koordination@rsk.example")
        roles.grant_role(session, admin, now, second, Grant("admin", admin.grants[0].controller_id))
        accounts.deactivate_user(session, SYSTEM, now, person(session, admin.email))
    assert not person(db.session(), admin.email).active


def test_roles_are_given_once_and_taken_with_history(admin: Actor, now: datetime) -> None:
    grant = Grant("case_manager", admin.grants[0].controller_id, municipality="siegburg")
    with unit_of_work() as session:
        user = person(session, "beratung@caritas.example")
        had = len(user.grants)
        first = roles.grant_role(session, admin, now, user, grant)
        assert roles.grant_role(session, admin, now, user, grant) is first
        session.flush()
        given = first.id
    assert len(user.grants) == had + 1
    with unit_of_work() as session:
        roles.revoke_role(session, admin, now, person(session, user.email), given)
    assert len(user.grants) == had
    assert tags()[-2:] == ["role:grant", "role:revoke"]


@pytest.mark.parametrize(
    ("grant", "field"),
    [
        ({"role": "king"}, "role"),
        ({"role": "adviser"}, "organisation"),
        ({"role": "adviser", "organisation": "atlantis"}, "organisation"),
        ({"role": "case_manager"}, "municipality"),
        ({"role": "case_manager", "municipality": "atlantis"}, "municipality"),
        ({"role": "member"}, "body"),
        ({"role": "member", "body": "atlantis"}, "body"),
        ({"role": "coordinator", "controller_id": 999}, "controller"),
    ],
)
def test_impossible_roles_are_refused_with_the_field(app: Flask, now: datetime, grant: dict, field: str) -> None:
    before = len(tags())
    with pytest.raises(InputRefused) as refused, unit_of_work() as session:
        user = person(session, "beratung@caritas.example")
        roles.grant_role(session, SYSTEM, now, user, Grant(**({"controller_id": controller("rsk")} | grant)))
    assert list(refused.value.errors) == [field]
    assert len(tags()) == before


def test_nothing_crosses_between_controllers(admin: Actor, now: datetime) -> None:
    other = controller("troisdorf")
    with pytest.raises(NotPermitted), unit_of_work() as session:
        invite(session, admin, now, grants=[Grant("coordinator", other)])
    assert accounts.find_user(db.session(), "neu@awo.example") is None
    stranger = person(db.session(), "koordination@troisdorf.example")
    for deed in (
        lambda s, u: accounts.deactivate_user(s, admin, now, u),
        lambda s, u: accounts.activate_user(s, admin, now, u),
        lambda s, u: roles.revoke_role(s, admin, now, u, u.grants[0].id),
        lambda s, u: accounts.resend_invitation(s, admin, now, u, **LINKS),
    ):
        with pytest.raises(NotVisible), unit_of_work() as session:
            deed(session, person(session, stranger.email))


def test_an_account_of_two_controllers_is_closed_by_neither_alone(admin: Actor, now: datetime) -> None:
    with unit_of_work() as session:
        both, new = accounts.invite_user(
            session,
            admin,
            now,
            email="koordination@troisdorf.example",
            name="egal",
            grants=[Grant("coordinator", admin.grants[0].controller_id)],
            **LINKS,
        )
        assert not new
        assert both.name == "Aylin Roth"
    with pytest.raises(StepRefused), unit_of_work() as session:
        accounts.deactivate_user(session, admin, now, person(session, both.email))


@pytest.mark.parametrize(
    ("email", "name"), [("no address", "N"), ("a@b.example\nBcc: x@y.z", "N"), ("a@b.example", " ")]
)
def test_bad_addresses_and_names_make_no_account(app: Flask, now: datetime, email: str, name: str) -> None:
    with pytest.raises(InputRefused), unit_of_work() as session:
        accounts.create_user(session, SYSTEM, now, email=email, name=name)


def test_ensure_user_can_be_repeated_and_keeps_the_password(app: Flask, now: datetime) -> None:
    grants = [Grant("office", controller("rsk"))]
    for password in ("first", "second"):
        with unit_of_work() as session:
            user = accounts.ensure_user(session, SYSTEM, now, "x@awo.example", "X Y", password, grants, cost=CHEAP)
    assert passwords.matches(user.password_hash, "first", CHEAP)
    assert len(user.grants) == 1


def test_changing_the_own_data_records_only_what_changed(app: Flask, now: datetime) -> None:
    actor = acting("beratung@caritas.example")
    with unit_of_work() as session:
        accounts.change_account(session, actor, now, name="Miriam  Kessler-Groß", language="de", digest=True)
    event = db.session.scalars(select(Event).order_by(Event.seq.desc())).first()
    assert event is not None
    assert audit.payload_of(event)["changes"] == {
        "name": {"old": "Miriam Kessler", "new": "Miriam Kessler-Groß"},
        "digest": {"old": False, "new": True},
    }
    assert "Kessler" not in event.payload
    count = len(tags())
    with unit_of_work() as session:
        accounts.change_account(session, actor, now, name="Miriam Kessler-Groß", language="de", digest=True)
    assert len(tags()) == count


def test_held_input_keeps_no_secrets_and_only_for_the_person(app: Flask, now: datetime) -> None:
    owner, other = acting("beratung@caritas.example"), acting("beratung@diakonie.example")
    typed = [("text", "Zwei\r\nZeilen\0"), ("tag", "a"), ("tag", "b"), ("csrf_token", "t"), ("new_password", "geheim")]
    assert owner.user_id is not None
    assert other.user_id is not None
    with unit_of_work() as session:
        token = held_input.hold(session, now, user_id=owner.user_id, path="/x?y=1", fields=typed, files=True)
    assert token is not None
    with unit_of_work() as session:
        assert held_input.held_for(session, now, user_id=other.user_id, tokens=[token]) == []
        assert held_input.held_for(session, now + timedelta(hours=1), user_id=owner.user_id, tokens=[token]) == []
        held = held_input.held_for(session, now, user_id=owner.user_id, tokens=[token, "wrong"])
    assert [(one.path, one.fields, one.files_lost) for one in held] == [
        ("/x?y=1", (("text", "Zwei\r\nZeilen"), ("tag", "a"), ("tag", "b")), True)
    ]


def test_held_input_is_limited_in_size_and_number_and_expires(app: Flask, now: datetime) -> None:
    owner = acting("beratung@caritas.example")
    assert owner.user_id is not None
    with pytest.raises(held_input.InputTooLong), unit_of_work() as session:
        held_input.hold(session, now, user_id=owner.user_id, path="/", fields=[("t", "x" * held_input.LONGEST)])
    with unit_of_work() as session:
        assert held_input.hold(session, now, user_id=owner.user_id, path="/", fields=[("password", "x")]) is None
        for number in range(9):
            held_input.hold(session, now, user_id=owner.user_id, path="/", fields=[("t", str(number))])
    kept = db.session.scalars(select(HeldInput).order_by(HeldInput.id)).all()
    assert [row.payload[1][1] for row in kept] == ["4", "5", "6", "7", "8"]
    with unit_of_work() as session:
        assert held_input.purge(session, now + timedelta(hours=1)) == 5


def test_nobody_gives_a_role_to_the_own_account(app: Flask, now: datetime) -> None:
    actor = acting("admin@rsk.example")
    with pytest.raises(InputRefused, match="prüfen") as refused, unit_of_work() as session:
        me = accounts.get_user(session, actor.user_id)
        roles.grant_role(session, actor, now, me, Grant("coordinator", actor.grants[0].controller_id))
    assert "zweite Person" in refused.value.errors["role"]
    assert {grant.role for grant in accounts.get_user(db.session(), actor.user_id).grants} == {"admin"}
