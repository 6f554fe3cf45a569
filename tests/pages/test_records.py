"""The page of a record: what each reader sees of it, and what stays hidden."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import ReadLog
from kimforms.services.records import commenting, linking

from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.queries import statements_of
from ..support.records import (
    ADVISER,
    COORDINATOR,
    ELSEWHERE,
    OFFICE,
    SECOND,
    last_payload,
    report,
    stored,
    tags,
    take,
    user,
    work,
)
from ..support.records import Record as RecordRow

MAIL = "m.musterfrau@beratung.example"


def words(node) -> str:
    return " ".join(node.get_text(" ", strip=True).split())


def made(client: CheckingClient, *steps, **answers) -> str:
    """A report, with steps already taken by the coordinator."""
    with in_app(client.app):
        reference = report(**answers)
        for step, data in steps:
            take(COORDINATOR, reference, step, data)
        return reference


def name(client: CheckingClient, email: str) -> str:
    with in_app(client.app):
        return user(db.session(), email).name


def test_the_top_says_who_what_when_and_what_next(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}")
    assert words(page.h1) == "Lange Wartezeit auf Termine"
    assert words(page.select_one(".kern-preline")) == f"{reference} gemeldet"
    facts = words(page.select_one(".kf-facts"))
    assert f"Zuständig {name(client, SECOND)}" in facts
    assert "Meldung erfassen in 7 Tagen 30.11.2026" in facts
    assert "Kommune Siegburg, Troisdorf" in facts
    deeds = [words(one) for one in page.select("#deeds .kf-buttons a")]
    assert deeds == ["Erfassen", "Rückfrage stellen", "Als Einzelfall verweisen"]


def test_what_is_not_possible_says_why_and_what_is_not_meant_is_not_mentioned(client):
    reference = made(client, ("erfassen", {}), contact=False)
    client.sign_in(COORDINATOR)
    reasons = [words(one) for one in client.get(f"/records/{reference}").select("#deeds li")]
    assert reasons == [
        "Rückfrage stellen: „Dürfen wir Sie für Rückfragen ansprechen?“ ist nicht „ja“.",
        "Bündeln: Der Vorgang hat 0 statt mindestens 1 Verknüpfung der Art „Thema“.",
    ]
    client.http.post("/logout", data={"csrf_token": client.csrf_token()})
    client.sign_in(OFFICE)
    page = client.get(f"/records/{reference}")
    assert page.select_one("#deeds") is None
    assert "Angaben ändern" not in words(page.main)


def test_the_reporter_sees_own_answers_stations_and_dialogue_only(client):
    reference = made(client, ("rueckfragen", {"question": "Seit wann ist das so?"}))
    with in_app(client.app), work(COORDINATOR, reference) as (session, person, record):
        commenting.add_comment(session, person, NOW, record=record, text="Interner Gedanke")
    client.sign_in(ADVISER)
    page = client.get(f"/records/{reference}")
    text = words(page.main)
    assert "Seit wann ist das so?" in text
    assert page.select_one(".kf-stations [aria-current=step]") is not None
    for hidden in ("Interner Gedanke", name(client, COORDINATOR), name(client, SECOND), MAIL, "Musterfrau"):
        assert hidden not in str(page)
    assert "KIM-Koordination" in text
    assert page.select_one("#comments, #tasks, #assignment, #deeds") is None
    assert [words(one) for one in page.select("#history .kf-timeline__title")] == ["Rückfrage", "gemeldet"]


def test_the_reporter_answers_on_the_page(client):
    reference = made(client, ("rueckfragen", {"question": "Seit wann?"}))
    client.sign_in(ADVISER)
    page = client.get(f"/records/{reference}")
    client.submit(page, "#question form", {"answer": "Seit dem Frühjahr."})
    page = client.follow()
    assert "Seit dem Frühjahr." in words(page.select_one("#questions"))
    assert page.select_one("#question") is None
    with in_app(client.app):
        assert stored(reference).state == "erfasst"


def test_an_empty_answer_is_asked_for_again(client):
    reference = made(client, ("rueckfragen", {"question": "Seit wann?"}))
    client.sign_in(ADVISER)
    page = client.submit(client.get(f"/records/{reference}"), "#question form", {"answer": " "}, status=422)
    assert page.title.text.startswith("Fehler:")
    assert page.select_one(".kf-errors a")["href"] == "#answer"


def test_a_hidden_record_looks_like_one_that_does_not_exist(client):
    reference = made(client)
    client.sign_in(ELSEWHERE)
    hidden = client.get(f"/records/{reference}", 404)
    missing = client.get("/records/IH-2026-9999", 404)
    assert words(hidden.main) == words(missing.main)


def test_the_contact_is_shown_on_request_and_each_look_is_logged_once_a_day(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}")
    assert MAIL not in str(page)
    address = page.select_one("#contact a")["href"]
    for _ in range(2):
        assert MAIL in words(client.get(address).main)
    assert MAIL in words(client.get(address, htmx=True))
    with in_app(client.app):
        assert db.session.scalar(select(func.count()).select_from(ReadLog)) == 1


def test_the_contact_is_for_those_whom_the_process_names(client):
    reference = made(client)
    client.sign_in(OFFICE)
    assert "Kontakt anzeigen" not in words(client.get(f"/records/{reference}").main)
    client.get(f"/records/{reference}/contact", 403)
    with in_app(client.app):
        assert db.session.scalar(select(ReadLog.id)) is None


def test_who_did_not_want_to_be_asked_stays_without_a_name(client):
    reference = made(client, ("erfassen", {}), contact=False)
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}")
    assert "Ohne Namen gemeldet" in words(page.main)
    assert name(client, ADVISER) not in str(page) and ADVISER not in str(page)
    contact = client.get(f"/records/{reference}/contact")
    assert name(client, ADVISER) not in str(contact)
    with in_app(client.app):
        assert db.session.scalar(select(ReadLog.id)) is None


def test_the_history_shows_old_and_new(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}/edit")
    client.submit(page, "main form", {"kommunen": ["bornheim"]})
    line = words(client.follow().select_one("#history li"))
    assert "Angaben geändert" in line
    assert "In welchen Kommunen tritt die Hürde auf?: Siegburg, Troisdorf → neu: Bornheim" in line


def test_older_history_has_its_own_pages_and_fragments(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    with in_app(client.app):
        for number in range(30):
            with work(COORDINATOR, reference) as (session, person, record):
                commenting.add_comment(session, person, NOW, record=record, text=f"Nummer {number}")
    older = client.get(f"/records/{reference}").select_one("#history a[data-hx-get]")["href"]
    assert len(client.get(older).select(".kf-timeline__item")) == 11 + 1 - 1
    assert client.get(older, htmx=True).select_one("h1") is None


def test_the_history_is_internal(client):
    reference = made(client)
    client.sign_in(ADVISER)
    client.get(f"/records/{reference}/history", 403)


def test_the_print_is_a_pdf_without_contact_and_stands_in_the_history(client):
    reference = made(client)
    client.sign_in(OFFICE)
    client.get(f"/records/{reference}/print.pdf")
    response = client.response
    assert response.mimetype == "application/pdf"
    assert response.data.startswith(b"%PDF-")
    with in_app(client.app):
        assert tags(reference)[-1] == "record:document"
        assert last_payload(reference, "record:document") == {"document": "record"}


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a & b <b>fett</b>\nzweite Zeile"])
def test_what_people_write_never_becomes_markup(client, text):
    reference = made(client)
    client.sign_in(COORDINATOR)
    client.post(f"/records/{reference}/comments", {"comment-text": text})
    shown = client.follow().select_one("#comments .kf-answer")
    assert shown.text == text
    assert shown.find() is None


def test_in_english(client):
    reference = made(client, ("erfassen", {}))
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}?lang=en")
    text = words(page.main)
    for german in ("Zuständig", "Nächster Schritt", "Verlauf", "Kommentare", "Angaben", "Meldende Person"):
        assert german not in text
    assert words(page.select_one("#history .kf-timeline__title")) == "Record: “reported” → “recorded”"
    client.get(f"/records/{reference}?lang=de")


def test_the_number_of_queries_does_not_grow(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    client.get(f"/records/{reference}")
    with statements_of(client.app) as few:
        client.get(f"/records/{reference}")
    with in_app(client.app):
        for number in range(5):
            with work(COORDINATOR, reference) as (session, person, record):
                people = [user(session, SECOND).id, user(session, OFFICE).id]
                commenting.add_comment(session, person, NOW, record=record, text=f"{number}", mentioned=people)
            other = report()
            with work(COORDINATOR, reference) as (session, person, record):
                second = session.scalars(select(RecordRow).where(RecordRow.reference == other)).one()
                linking.link_records(session, person, NOW, record=record, other=second)
    client.get(f"/records/{reference}")
    with statements_of(client.app) as many:
        client.get(f"/records/{reference}")
    assert len(many) <= len(few) + 1, many  # the mentions of comments are read when there are comments
    assert len(many) <= 30
