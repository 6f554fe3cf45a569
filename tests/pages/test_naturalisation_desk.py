"""Naturalisation on the start page: what waits for an adviser, and what waits for an office; nobody else reads of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kimforms.models import AdvisoryService, ChecklistMessage, Controller, HandOver
from kimforms.services.checklists import questions, sharing
from kimforms.services.unit_of_work import unit_of_work

from ..support.briefings import planned
from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.figures import handed, kept
from ..support.naturalisation import CARITAS, DIAKONIE, EBH_RSK, EBH_TROISDORF, at_checklist, begun
from ..support.queries import statements_of
from ..support.records import COORDINATOR


def figures(page: Any, part: str) -> list[str]:
    return [tag.get_text(strip=True) for tag in page.select(f"#{part} .kf-figure__value")]


def text(page: Any, part: str) -> str:
    found = page.select_one(f"#{part}")
    return " ".join(found.get_text(" ", strip=True).split()) if found else ""


def asked_and_answered(client: CheckingClient, *, answered: bool) -> str:
    with in_app(client.app):
        reference = begun(CARITAS, pseudonym="Ahorn 4711")
        with at_checklist(reference) as (session, person, checklist):
            questions.ask(session, person, NOW, checklist, text="Reicht die Kopie?", item_id="B4")
        if answered:
            with at_checklist(reference, EBH_TROISDORF) as (session, person, checklist):
                questions.answer(session, person, NOW, checklist, text="Ja, beglaubigt.", item_id="B4")
    return reference


def test_an_adviser_reads_what_is_due_answered_and_returned(client: CheckingClient) -> None:
    with in_app(client.app):
        (due, theirs) = kept(2)
        with at_checklist(due) as (_session, _person, checklist):
            checklist.follow_up_on = NOW.date()
        with at_checklist(theirs) as (_session, _person, checklist):
            checklist.follow_up_on, checklist.adviser_id = NOW.date(), None
        handed(1, CARITAS, returned="unterlagen_fehlen")
    reference = asked_and_answered(client, answered=True)
    client.sign_in(CARITAS)
    page = client.get("/dashboard")
    assert figures(page, "checklists") == ["1", "1", "1"]
    assert page.select_one(f"#checklists a[href='/checklists/{reference}/questions']").text == "Ahorn 4711"
    assert "Zurückgegeben" in text(page, "checklists")
    assert "noch nicht geschult" in text(page, "checklists")
    client.get(f"/checklists/{reference}/questions")
    page = client.get("/dashboard")
    assert "Ahorn 4711" not in text(page, "checklists"), "somebody of the service has read it"
    client.sign_in(DIAKONIE)
    assert "Ahorn 4711" not in client.get("/dashboard").text


def test_the_office_reading_its_own_answer_marks_nothing(client: CheckingClient) -> None:
    reference = asked_and_answered(client, answered=True)
    client.sign_in(EBH_TROISDORF)
    client.get(f"/checklists/{reference}/questions")
    with in_app(client.app), unit_of_work() as session:
        assert [one.read_at for one in session.query(ChecklistMessage)] == [None, None]


def test_an_office_reads_what_waits_there(client: CheckingClient) -> None:
    reference = asked_and_answered(client, answered=False)
    with in_app(client.app):
        handed(2, CARITAS)
        with unit_of_work() as session:
            for one in session.query(HandOver):
                one.state = "sent"
    client.sign_in(EBH_TROISDORF)
    page = client.get("/dashboard")
    assert figures(page, "naturalisation")[:2] == ["1", "2"]
    assert "Schulung planen" in text(page, "naturalisation")
    with in_app(client.app):
        planned()
        with at_checklist(reference, EBH_TROISDORF) as (session, person, checklist):
            questions.answer(session, person, NOW, checklist, text="Ja.", item_id="B4")
    page = client.get("/dashboard")
    assert figures(page, "naturalisation")[0] == "0"
    assert "Die Checkliste in der Beratung" in text(page, "naturalisation")
    client.sign_in(EBH_RSK)
    page = client.get("/dashboard")
    assert figures(page, "naturalisation")[:2] == ["0", "0"]
    assert "Die Checkliste in der Beratung" not in page.text


def test_a_question_whose_sharing_ended_waits_for_nobody(client: CheckingClient) -> None:
    reference = asked_and_answered(client, answered=False)
    with in_app(client.app), at_checklist(reference) as (session, person, checklist):
        (share,) = sharing.live_shares(session, checklist)
        sharing.end_sharing(session, person, NOW, checklist, share.id)
    client.sign_in(EBH_TROISDORF)
    assert figures(client.get("/dashboard"), "naturalisation")[0] == "0"


def test_entries_that_nobody_confirmed_are_counted_for_their_office(client: CheckingClient) -> None:
    client.sign_in(EBH_TROISDORF)
    before = int(figures(client.get("/dashboard"), "naturalisation")[2])  # what the profile brings
    with in_app(client.app), unit_of_work() as session:
        offices = {one.key: one.id for one in session.query(Controller)}
        for number, (office, confirmed) in enumerate(
            [
                ("troisdorf", NOW.date()),
                ("troisdorf", None),
                ("troisdorf", NOW.date() - timedelta(days=400)),
                ("rsk", None),
            ]
        ):
            session.add(
                AdvisoryService(slug=f"dienst-{number}", name=f"Dienst {number}", controller_id=offices[office],
                                confirmed_on=confirmed, created_at=NOW, changed_at=NOW)
            )  # fmt: skip
    assert int(figures(client.get("/dashboard"), "naturalisation")[2]) == before + 2


def test_others_read_nothing_of_it(client: CheckingClient) -> None:
    asked_and_answered(client, answered=True)
    for email in (COORDINATOR, "admin@rsk.example", "leitung@rsk.example"):
        client.sign_in(email)
        page = client.get("/dashboard")
        assert page.select("#checklists, #naturalisation") == []
        assert "Ahorn" not in page.text


def test_the_number_of_statements_does_not_grow(client: CheckingClient) -> None:
    def count(email: str) -> int:
        client.sign_in(email)
        client.get("/dashboard")
        with statements_of(client.app) as sent:
            client.get("/dashboard")
        return len(sent)

    with in_app(client.app):
        kept(1)
        planned()
    before = [count(email) for email in (CARITAS, EBH_TROISDORF)]
    asked_and_answered(client, answered=True)
    with in_app(client.app):
        kept(4)
        handed(3, CARITAS)
        planned()
    assert [count(email) for email in (CARITAS, EBH_TROISDORF)] == before
