"""What the office does with minutes that were sent: objections by letter, refused mails, a vote by circulation, by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from kimforms.models import AgendaItem, Decision, Delivery, MinutesObjection, Rulebook
from kimforms.services.meetings import standing_items
from kimforms.services.minutes import objections, sending
from tests.support import circular, meetings, minutes
from tests.support.client import CheckingClient
from tests.support.databases import Workshop, in_app
from tests.support.meetings import MEMBER, at_work
from tests.support.minutes import AFTER, minutes_in
from tests.support.records import OFFICE

LATER = AFTER + timedelta(days=40)


@pytest.fixture
def reference(workshop: Workshop, client: CheckingClient) -> Iterator[str]:
    """Minutes that were sent; the office looks at them forty days later."""
    before = workshop.app.config["NOW"]
    with in_app(workshop.app):
        number = minutes.held()
        minutes.sent(workshop.app, number)
    workshop.app.config["NOW"] = lambda: LATER
    client.sign_in(OFFICE)
    yield number
    workshop.app.config["NOW"] = before


def page_of(reference: str) -> str:
    return f"/meetings/{reference}/minutes"


def text_of(soup: object) -> str:
    return " ".join(soup.get_text(" ").split())  # type: ignore[attr-defined]


def refuse_mail(workshop: Workshop, reference: str, label: str = "Jugendamt") -> int:
    """The mail to this seat came back; the id of the person."""
    with in_app(workshop.app), at_work(reference) as (session, _who, _meeting):
        person = minutes.somebody(session, label)
        sent = sending.recipients_of(session, minutes_in(session, reference))
        mine = [one.message_id for one in sent if one.person_id == person.id]
        session.execute(update(Delivery).where(Delivery.message_id.in_(mine)).values(status="dead"))
        return person.id


def test_an_objection_by_letter_is_entered_for_a_member(
    workshop: Workshop, client: CheckingClient, reference: str
) -> None:
    shown = client.get(page_of(reference))
    way = shown.select_one(f"a[href$='{page_of(reference)}/objections/new']")
    assert way is not None
    form = client.get(way["href"])
    empty = client.submit(form, "form.kf-form", {"behalf-on": "31.02.2027"}, status=422)
    assert "Wählen Sie, wer die Einwendung erhebt." in text_of(empty)
    with in_app(workshop.app), at_work(reference) as (session, _who, _meeting):
        person = minutes.somebody(session, "Jugendamt").id
        guest = minutes.somebody(session, "Hochschule").id
    offered = {one["value"] for one in form.select("select[name='behalf-person'] option")}
    assert str(person) in offered and str(guest) not in offered
    entered = {"behalf-person": str(person), "behalf-on": "04.02.2027", "behalf-text": "Ich kam um 15 Uhr."}
    client.submit(form, "form.kf-form", entered)
    shown = client.follow()
    assert "Ich kam um 15 Uhr." in text_of(shown.select_one("#all-objections"))
    assert "zu spät" not in text_of(shown.select_one("#all-objections")), "the day of the letter counts"
    with in_app(workshop.app), at_work(reference) as (session, _who, _meeting):
        assert session.scalars(select(MinutesObjection.via)).one() == "office"
    client.submit(form, "form.kf-form", {**entered, "behalf-on": "01.01.2027"}, status=422)


def test_a_refused_mail_is_seen_sent_again_and_keeps_the_minutes_open(
    workshop: Workshop, client: CheckingClient, reference: str
) -> None:
    person_id = refuse_mail(workshop, reference)
    shown = client.get(page_of(reference))
    todo = text_of(shown.select_one("#todo"))
    assert "hat die Niederschrift nicht erhalten" in todo, todo
    assert shown.select_one(f"#dispatch a[href$='/persons/{person_id}/edit']"), "the way to the address"
    assert len(shown.select("#dispatch form[action$='/send-again']")) == 1
    with in_app(workshop.app), at_work(reference) as (session, _who, _meeting):
        minutes.somebody(session, "Jugendamt").email = "neu@jugendamt.example"
    client.submit(shown, "form[action$='/send-again']")
    shown = client.follow()
    assert "neu@jugendamt.example" in text_of(shown)
    assert not shown.select("form[action$='/send-again']"), "it is on its way"


def test_the_office_settles_by_hand(workshop: Workshop, client: CheckingClient, reference: str) -> None:
    assert not client.get(page_of(reference)).select("#settle-form"), "the clock does that"
    refuse_mail(workshop, reference)
    shown = client.get(page_of(reference))
    refused = client.submit(shown, "#settle-form", {"settle-reason": ""}, status=422)
    assert refused.select_one("details[open] #settle-form")
    client.submit(shown, "#settle-form", {"settle-reason": "Sie lag in der Sitzung aus."})
    assert "festgestellt: Sie lag in der Sitzung aus." in text_of(client.follow())


def test_the_office_has_minutes_approved_by_circulation(
    workshop: Workshop, client: CheckingClient, reference: str
) -> None:
    assert not client.get(page_of(reference)).select("form[action$='/circular-vote']")
    with in_app(workshop.app), at_work(reference) as (session, _who, meeting):
        book = Rulebook(
            body_id=meeting.body_id, number=1, valid_from=date(2026, 1, 1), title="GO", adopted_at=AFTER,
            values={"approval_mode": "circular"},
        )  # fmt: skip
        session.add(book)
        meeting.rulebook = book
    shown = client.get(page_of(reference))
    client.submit(shown, "form[action$='/circular-vote']")
    preview = client.follow()
    assert f"Genehmigung der Niederschrift {reference}" in text_of(preview)
    client.submit(preview, "form.kf-confirm")
    number = client.follow().select_one("h1").get_text()
    assert reference in number
    shown = client.get(page_of(reference))
    assert shown.select_one("#todo a[href*='/circular-votes/']") and not shown.select("form[action$='/circular-vote']")
    client.sign_in(MEMBER)
    assert not client.get(page_of(reference)).select("#dispatch, #settle-form, form[action$='/send-again']")


def test_a_free_vote_may_be_confidential(workshop: Workshop, client: CheckingClient, reference: str) -> None:
    form = client.get(f"/bodies/{meetings.SLUG}/circular-votes/new")
    client.submit(form, "form.kf-form", {"vote-title": "Personalie", "vote-wording": "Ja.", "vote-confidential": "y"})
    assert "vertraulich" in text_of(client.follow().select_one("main"))
    with in_app(workshop.app), circular.unit_of_work() as session:
        vote = session.scalars(select(circular.CircularVote)).one()
        assert vote.confidential and vote.decision_id is None
        assert session.scalars(select(Decision).where(Decision.title == "Personalie")).first() is None


def test_the_next_agenda_tells_how_the_minutes_stand(
    workshop: Workshop, client: CheckingClient, reference: str
) -> None:
    with in_app(workshop.app):
        with at_work(reference) as (session, who, _meeting):
            found, person = minutes_in(session, reference), minutes.somebody(session, "Jugendamt")
            said = objections.Said("Ich kam um 15 Uhr.", on=date(2027, 2, 4))
            objections.object_to(session, who, LATER, minutes=found, person=person, said=said, via="office")
        following = meetings.meeting(begins=LATER + timedelta(days=30))
        with at_work(following) as (session, _who, meeting):
            session.add(AgendaItem(meeting=meeting, position=0, kind="formalities", title=standing_items.MINUTES))
    shown = text_of(client.get(f"/meetings/{following}/agenda").select_one("#agenda-items"))
    assert f"({reference}) ist noch nicht festgestellt: eine Einwendung ist offen." in shown
    assert "Offene Einwendung von Kim Jugendamt vom 04.02.2027: „Ich kam um 15 Uhr.“" in shown
    with in_app(workshop.app), at_work(reference) as (session, who, _meeting):
        found = minutes_in(session, reference)
        objections.refuse(
            session, who, LATER, minutes=found, objection=objections.of_minutes(session, found)[0], reason="Nein."
        )
    shown = text_of(client.get(f"/meetings/{following}/agenda").select_one("#agenda-items"))
    assert "Offene Einwendung" not in shown and "Ihr wird nicht gefolgt: Nein." in shown
