"""Members read the decisions of their bodies once the minutes went out, guests nothing confidential, others nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import AgendaItem, Body, Decision, Minutes, Seat, SeatHolder
from kimforms.services import decisions, follow_up
from kimforms.services.decision_checks import About, Verdict
from kimforms.services.unit_of_work import unit_of_work

from ..support import circular
from ..support import meetings as house
from ..support.databases import NOW
from ..support.records import ADVISER, CASE_MANAGER, COORDINATOR, ELSEWHERE, OFFICE, actor

SECRET = "Vertraulicher Wortlaut"
NOBODYS = (ADVISER, CASE_MANAGER, "einbuergerung@rsk.example", "admin@rsk.example")


def inside(client, function, *args, **options):
    with client.app.app_context():
        return function(*args, **options)


def decided(title="Offener Titel", *, confidential=False, item=None, slug=house.SLUG, how=None, amends=None):
    with unit_of_work() as session:
        body = session.scalars(select(Body).where(Body.slug == slug)).one()
        verdict = Verdict(decided_on=NOW.date(), body=slug, result="accepted", wording=SECRET)
        about = About(item_id=item, confidential=confidential)
        office = actor(session, OFFICE)
        if amends is not None:
            old = session.scalars(select(Decision).where(Decision.reference == amends)).one()
            return decisions.change_decision(
                session, office, NOW, decision=old, verdict=verdict, how=how, about=about
            ).reference
        return decisions.note_decision(
            session, office, NOW, body=body, title=title, verdict=verdict, about=about
        ).reference


def seat_of_member(**values):
    with unit_of_work() as session:
        person = house.named(session, "Jobcenter")
        for holder in session.scalars(select(SeatHolder).where(SeatHolder.person_id == person.id)):
            for name, value in values.items():
                setattr(holder.seat if name == "right" else holder, name, value)


@pytest.fixture
def body(client):
    inside(client, house.body)
    return client


def reads(client, reference):
    """What the signed-in person gets of a decision, the same on the page, in the register and as PDF."""
    page = client.http.get(f"/decisions/{reference}").status_code
    assert client.http.get(f"/decisions/{reference}/excerpt.pdf").status_code == page
    listed = reference in client.get("/decisions").text
    found = reference in client.get(f"/decisions?q={reference}").text
    assert listed is found is (page == 200)
    return listed


def test_members_read_the_decisions_of_their_body_and_only_those(body):
    inside(body, house.body, "steering", "andere")
    own, other = inside(body, decided), inside(body, decided, "Fremder Titel", slug="andere")
    inside(body, _leave, "andere")
    body.sign_in(house.MEMBER)
    assert (reads(body, own), reads(body, other)) == (True, False)
    page = body.get("/decisions")
    assert "Fremder Titel" not in page.text
    assert "andere" not in {one["value"] for one in page.select("select[name=body] option")}
    body.sign_in(ELSEWHERE)
    assert not reads(body, own)


def _leave(slug):
    with unit_of_work() as session:
        for holder in session.scalars(select(SeatHolder).join(Seat).join(Body).where(Body.slug == slug)):
            if holder.person.user is not None:
                session.delete(holder)
        from kimforms.models import Officer  # noqa: PLC0415

        for one in session.scalars(select(Officer).join(Body).where(Body.slug == slug)):
            session.delete(one)


def test_confidential_ones_are_for_members_and_not_for_guests(body):
    plain, confidential = inside(body, decided), inside(body, decided, confidential=True)
    body.sign_in(house.MEMBER)
    assert (reads(body, plain), reads(body, confidential)) == (True, True)
    inside(body, seat_of_member, right="guest")
    assert (reads(body, plain), reads(body, confidential)) == (True, False)
    inside(body, seat_of_member, right="advisory")
    assert reads(body, confidential)
    for person in (OFFICE, COORDINATOR):
        body.sign_in(person)
        assert reads(body, confidential)


def test_a_guest_learns_nothing_of_a_confidential_change_of_an_open_decision(body):
    plain = inside(body, decided)
    later = inside(body, decided, amends=plain, how="revoked", confidential=True)
    inside(body, seat_of_member, right="guest")
    body.sign_in(house.MEMBER)
    for path in ("/decisions", f"/decisions/{plain}"):
        page = body.get(path)
        assert later not in page.text and "aufgehoben" not in page.select_one("main").text


def test_whoever_left_reads_what_was_decided_in_that_time_and_nothing_later(body):
    reference = inside(body, decided)
    body.sign_in(house.MEMBER)
    inside(body, seat_of_member, valid_until=NOW.date())
    assert reads(body, reference)
    inside(body, seat_of_member, valid_until=NOW.date() - timedelta(days=1))
    assert not reads(body, reference)


def test_decisions_of_a_meeting_show_when_its_minutes_were_sent(body):
    inside(body, house.meeting)

    def item():
        return db.session.scalars(select(AgendaItem)).first().id

    reference = inside(body, decided, item=inside(body, item))
    body.sign_in(house.MEMBER)
    assert not reads(body, reference)

    def send(sent_at):
        with unit_of_work() as session:
            number = session.scalars(select(AgendaItem.meeting_id)).first()
            minutes = session.get(Minutes, number) or Minutes(meeting_id=number, created_at=NOW, changed_at=NOW)
            minutes.sent_at = sent_at
            session.add(minutes)

    inside(body, send, None)
    assert not reads(body, reference)
    inside(body, send, NOW)
    assert reads(body, reference)


@pytest.mark.parametrize("person", NOBODYS)
def test_nobody_else_enters(body, person):
    reference = inside(body, decided)
    body.sign_in(person)
    for path in ("", "/control", "/control.pdf", f"/{reference}", f"/{reference}/excerpt.pdf"):
        body.get(f"/decisions{path}", status=403)


def test_members_change_nothing_and_see_no_names_of_those_who_work(body):
    reference = inside(body, decided)

    def note():
        with unit_of_work() as session:
            decision = session.scalars(select(Decision).where(Decision.reference == reference)).one()
            office = actor(session, OFFICE)
            follow_up.note_state(session, office, NOW, decision=decision, state="running", note="Interner Vermerk")

    inside(body, note)
    body.sign_in(house.MEMBER)
    page = body.get(f"/decisions/{reference}")
    assert "in Umsetzung" in page.text
    assert "Interner Vermerk" not in page.text and page.select("main form") == []
    for path in (f"/{reference}/progress", f"/{reference}/measure", "/control/export", "/control/tasks/1"):
        body.post(f"/decisions{path}", {}, status=403)
    for path in ("/control", "/control.pdf", f"/{reference}/change"):
        body.get(f"/decisions{path}", status=403)


def test_the_theme_filter_and_search_tell_members_nothing_of_foreign_records(body):
    inside(body, decided)
    body.sign_in(house.MEMBER)
    for query in (
        "?theme=TH-2026-0001",
        "?q=%00",
        "?theme=%00",
        "?measure=%00&body=%00",
        "?q=%25",
        "?before=2026-13-01_1",
    ):
        body.get(f"/decisions{query}")


def test_a_vote_by_circulation_that_was_decided_is_read_by_its_body(body):
    reference = inside(body, circular.sent)
    for label in circular.VOTERS:
        inside(body, circular.say, reference, label, "yes")
    body.sign_in(house.MEMBER)
    page = body.get("/decisions/PG-B-2026-01")
    assert reference in page.text and "einstimmig" in page.text
    inside(body, seat_of_member, right="guest")
    assert reference not in body.get("/decisions/PG-B-2026-01").text
