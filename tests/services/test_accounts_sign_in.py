"""Signing in, slowing down, and passwords, with times passed in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Event, RateWindow, User
from kimforms.services import accounts, passwords, sign_in, throttle
from kimforms.services.passwords import Cost
from kimforms.services.refusals import TooMany
from kimforms.services.unit_of_work import unit_of_work

CHEAP = Cost(time_cost=1, memory_cost=8)
SECRET = "test-secret"
KNOWN = "beratung@caritas.example"
RIGHT = "kimforms-demo"


def try_sign_in(now: datetime, password: str, email: str = KNOWN, address: str = "203.0.113.9") -> User:
    """What the page does: three units of work."""
    facts: dict[str, Any] = {"address": address, "secret": SECRET}
    with unit_of_work() as session:
        sign_in.begin(session, now, email=email, **facts)
    found = sign_in.check(db.session(), email=email, password=password, cost=CHEAP)
    if not found.accepted or found.user_id is None:
        with unit_of_work() as session:
            sign_in.note_failure(session, now, user_id=found.user_id)
        raise sign_in.SignInRefused()
    with unit_of_work() as session:
        return sign_in.finish(session, now, user_id=found.user_id, **facts)


def fail(now: datetime, times: int, email: str = KNOWN, address: str = "203.0.113.9") -> None:
    for _ in range(times):
        with pytest.raises(sign_in.SignInRefused):
            try_sign_in(now, "wrong", email, address)


def test_right_password_signs_in_and_is_recorded(app: Flask, now: datetime) -> None:
    user = try_sign_in(now, RIGHT, email=f"  {KNOWN.upper()} ")
    assert user.last_sign_in_at == now
    event = db.session.scalars(select(Event).order_by(Event.seq.desc())).first()
    assert event is not None
    assert (event.tag, event.actor_id) == ("account:sign-in", user.id)
    assert db.session.scalars(select(RateWindow)).all() == []


@pytest.mark.parametrize("email", [KNOWN, "nobody@caritas.example"])
def test_five_wrong_tries_then_a_wait_that_doubles_and_ends(app: Flask, now: datetime, email: str) -> None:
    fail(now, 5, email)
    with pytest.raises(TooMany) as refused:
        try_sign_in(now, RIGHT, email)
    assert refused.value.retry_after == 30
    waits = []
    for _ in range(8):
        with pytest.raises(TooMany) as refused:
            try_sign_in(now, "wrong", email)
        waits.append(refused.value.retry_after)
        now += timedelta(seconds=refused.value.retry_after)
        fail(now, 1, email)
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_after_the_wait_the_right_password_works_and_all_is_forgotten(app: Flask, now: datetime) -> None:
    fail(now, 5)
    with pytest.raises(TooMany):
        try_sign_in(now + timedelta(seconds=29), RIGHT)
    assert try_sign_in(now + timedelta(seconds=30), RIGHT).email == KNOWN
    fail(now + timedelta(seconds=31), 4)
    assert try_sign_in(now + timedelta(seconds=31), RIGHT).email == KNOWN


def test_tries_refused_while_waiting_do_not_prolong_it(app: Flask, now: datetime) -> None:
    fail(now, 5)
    for second in range(1, 30):
        with pytest.raises(TooMany):
            try_sign_in(now + timedelta(seconds=second), "wrong")
    assert try_sign_in(now + timedelta(seconds=30), RIGHT).email == KNOWN


def test_an_address_waits_whatever_accounts_it_tries_and_others_do_not(app: Flask, now: datetime) -> None:
    for number in range(30):
        fail(now, 1, f"guess{number}@caritas.example", "2001:db8:0:1::1")
    with pytest.raises(TooMany):
        try_sign_in(now, RIGHT, KNOWN, "2001:db8:0:1:ffff::2")
    assert try_sign_in(now, RIGHT, KNOWN, "2001:db8:0:2::1").email == KNOWN
    assert try_sign_in(now + timedelta(seconds=30), RIGHT, KNOWN, "2001:db8:0:1::1").email == KNOWN


def test_signing_in_does_not_wipe_the_wrong_tries_of_the_address(app: Flask, now: datetime) -> None:
    for number in range(30):
        fail(now + timedelta(seconds=number), 1, f"guess{number}@caritas.example")
        if number < 29:
            try_sign_in(now + timedelta(seconds=number), RIGHT)
    with pytest.raises(TooMany):
        try_sign_in(now + timedelta(seconds=30), RIGHT)


def test_unknown_deactivated_and_invited_accounts_are_refused_alike(app: Flask, now: datetime) -> None:
    with unit_of_work() as session:
        closed = session.scalar(select(User).where(User.email == KNOWN))
        assert closed is not None
        closed.active = False
        invited = session.scalar(select(User).where(User.email == "beratung@diakonie.example"))
        assert invited is not None
        invited.password_hash = None
    said = set()
    for email in (KNOWN, "beratung@diakonie.example", "nobody@caritas.example"):
        with pytest.raises(sign_in.SignInRefused) as refused:
            try_sign_in(now, RIGHT, email)
        said.add(refused.value.sentence)
    assert len(said) == 1
    tags = db.session.scalars(select(Event.tag).order_by(Event.seq.desc()).limit(3)).all()
    assert set(tags) == {"account:sign-in-fail"}


def test_an_argon2_hash_is_verified_for_an_unknown_account_too(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    hasher = passwords._hasher(CHEAP)

    class Spy:
        def verify(self, stored: str, password: str) -> bool:
            verified.append(stored)
            return hasher.verify(stored, password)

        def hash(self, password: str) -> str:
            return hasher.hash(password)

    monkeypatch.setattr(passwords, "_hasher", lambda _cost: Spy())
    for email in (KNOWN, "nobody@caritas.example"):
        assert not sign_in.check(db.session(), email=email, password="wrong", cost=CHEAP).accepted
    assert [stored.startswith("$argon2id$v=19$m=8,t=1,p=1$") for stored in verified] == [True, True]


def test_a_hash_of_another_cost_is_reported_as_outdated(app: Flask) -> None:
    found = sign_in.check(db.session(), email=KNOWN, password=RIGHT, cost=Cost(time_cost=2, memory_cost=8))
    assert found.accepted
    assert found.outdated


def test_counters_hold_no_address_and_no_email(app: Flask, now: datetime) -> None:
    fail(now, 1)
    keys = db.session.scalars(select(RateWindow.key)).all()
    assert {key.partition(":")[0] for key in keys} == {"sign-in-account", "sign-in-address"}
    assert not any("caritas" in key or "203.0" in key for key in keys)
    assert throttle.stored_key("a:b", "one") != throttle.stored_key("a:b", "two")


def test_hits_are_limited_in_a_window_and_purged_after_a_day(app: Flask, now: datetime) -> None:
    limit: dict[str, Any] = {"limit": 3, "window": timedelta(minutes=10), "secret": SECRET}
    with unit_of_work() as session:
        assert [throttle.hit(session, "report:203.0.113.9", now=now, **limit) for _ in range(3)] == [1, 2, 3]
        assert throttle.hit(session, "report:203.0.113.10", now=now, **limit) == 1
    with pytest.raises(TooMany) as refused, unit_of_work() as session:
        throttle.hit(session, "report:203.0.113.9", now=now + timedelta(minutes=4), **limit)
    assert refused.value.retry_after == 360
    with unit_of_work() as session:
        assert throttle.hit(session, "report:203.0.113.9", now=now + timedelta(minutes=10), **limit) == 1
        assert throttle.purge(session, now + timedelta(days=1, minutes=5)) == 2


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (None, "unknown"),
        ("<script>", "unknown"),
    ],
)
def test_what_counts_as_one_address(address: str | None, network: str) -> None:
    assert throttle.network_of(address) == network


@pytest.mark.parametrize(
    ("password", "accepted"),
    [
        ("kurz", False),
        ("elf zeichen", False),
        ("a" * 129, False),
        ("aaaaaaaaaaaaaaa", False),
        ("qwertzuiopasdf", False),
        ("Passwort-2026!", False),
        ("123 Passwort 456", False),
        ("SommerSommerSommer", False),
        ("rheinsiegkreis2026", False),
        ("miriam.kessler1", False),
        ("beratung@caritas.example", False),
        ("kupfer laterne gurke", True),
        ("nur kleine buchstaben", True),
        ("ein Satz mit Miriam und vielen anderen Wörtern", True),
        ("Ωmega-Straße-Πita", True),
        ("x7Qp2mLr9vTz", True),
        ("wolke teich herz ofen " * 5, True),
    ],
)
def test_which_passwords_are_accepted(password: str, accepted: bool) -> None:
    problem = passwords.problem_with(password, "beratung@caritas.example", "Miriam Kessler")
    assert (problem is None) is accepted
    assert problem is None or all(sentence.endswith(".") for sentence in problem)


def test_a_password_typed_with_other_code_points_is_the_same() -> None:
    stored = passwords.hash_password("Straße Äpfel Öl und mehr", CHEAP)
    assert passwords.matches(stored, "Straße A\u0308pfel O\u0308l und mehr", CHEAP)
    assert not passwords.matches(stored, "Strasse Äpfel Öl und mehr", CHEAP)


def test_the_default_is_argon2id_and_broken_hashes_match_nothing() -> None:
    assert passwords.hash_password("kupfer laterne gurke").startswith("$argon2id$v=19$m=47104,t=2,p=1$")
    assert not passwords.matches("not a hash", "kupfer laterne gurke", CHEAP)
    assert not passwords.matches(None, "nobody has this password", CHEAP)


@given(st.integers(0, 10_000))
def test_no_wait_is_longer_than_the_longest(tries: int) -> None:
    for backoff in (throttle.ACCOUNT, throttle.ADDRESS):
        assert timedelta() <= backoff.wait_after(tries) <= backoff.longest < backoff.memory


def test_a_reset_by_mail_forgets_wrong_tries(app: Flask, now: datetime) -> None:
    fail(now, 5)
    with unit_of_work() as session:
        user = accounts.find_user(session, KNOWN)
        assert user is not None
        links = {"secret_key": SECRET, "base_url": "http://localhost"}
        url = accounts.make_reset_link(session, sign_in.ANYONE, now, user, **links)
        accounts.set_password_by_link(
            session, now, token=url.rpartition("/")[2], password="kupfer laterne gurke", cost=CHEAP, **links
        )
    assert try_sign_in(now, "kupfer laterne gurke").email == KNOWN
