"""Coming back with reference and code: state, question, answer, withdrawal, and nothing for anybody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Question, Record, User
from kimforms.permissions import Actor, Grant
from kimforms.services.catalogues import catalogues
from kimforms.services.records.transitions import perform_transition
from kimforms.services.unit_of_work import unit_of_work

from ..support.client import CheckingClient
from ..support.databases import NOW
from ..support.queries import statements_of
from ..support.reports import CONTACT, whole


@pytest.fixture
def sent(client: CheckingClient) -> tuple[str, str]:
    """Reference and code of a report that may be asked about."""
    client.post("/report/form/steps/f", whole(**CONTACT) | {"_step": "f", "_action": "submit"})
    done = client.follow()
    return done.select_one("#reference").text, done.select_one("#code").text  # type: ignore[union-attr]


def move(client: CheckingClient, transition: str, **data: str) -> None:
    """A step of the coordination."""
    with client.app.app_context():
        with unit_of_work() as session:
            record = session.scalars(select(Record)).one()
            user = session.scalars(select(User).where(User.email == "koordination@rsk.example")).one()
            actor = Actor("person", user.id, user.name, user.email, (Grant("coordinator", record.controller_id),))
            perform_transition(session, actor, NOW, record=record, transition_id=transition, data=data,
                               row_version=None, catalogues=catalogues(session))  # fmt: skip
        db.session.remove()


def look(client: CheckingClient, reference: str, code: str, status: int = 303) -> None:
    page = client.get("/report/status")
    client.submit(page, "main form", {"reference": reference, "code": code}, status=status)


def test_reference_and_code_open_the_report(client: CheckingClient, sent: tuple[str, str]) -> None:
    look(client, sent[0].lower(), sent[1].upper().replace("-", " "))
    page = client.follow()
    assert (
        page.select_one(".kf-stations__item--current").get_text(" ", strip=True) == "eingegangen jetzt, seit 23.11.2026"
    )  # type: ignore[union-attr]
    text = page.get_text()
    assert "Lange Wartezeit auf Termine" in text and "liest die Meldung" in text
    assert CONTACT["melder_name"] not in text and CONTACT["melder_email"] not in text


def test_a_wrong_code_and_an_unknown_reference_get_the_same_answer(
    client: CheckingClient, sent: tuple[str, str]
) -> None:
    answers = []
    for reference, code in ((sent[0], "aaaa-aaaa-aaaa-aaaa"), ("IH-2026-9999", sent[1]), ("", ""), (sent[0], "")):
        page = client.submit(
            client.get("/report/status"), "main form", {"reference": reference, "code": code}, status=422
        )
        answers.append(page.select_one(".kf-errors").get_text())  # type: ignore[union-attr]
    assert len(set(answers)) == 1
    client.get("/report/status/zurueckziehen", status=303)


def test_guessing_is_slowed_down_and_the_reference_is_kept(client: CheckingClient, sent: tuple[str, str]) -> None:
    for _ in range(30):
        client.post("/report/status", {"reference": sent[0], "code": "falsch"}, status=422)
    page = client.post("/report/status", {"reference": sent[0], "code": sent[1]}, status=429)
    assert page.select_one("#reference")["value"] == sent[0]  # type: ignore[index]


def test_a_question_is_answered_in_place(client: CheckingClient, sent: tuple[str, str]) -> None:
    move(client, "rueckfragen", question="Welches Amt ist gemeint?")
    look(client, *sent)
    page = client.follow()
    assert "Welches Amt ist gemeint?" in page.get_text()
    empty = client.submit(page, "form[action$='antworten']", status=422)
    assert empty.select_one(".kf-errors a")
    client.submit(page, "form[action$='antworten']", {"answer": "Das Sozialamt."})
    page = client.follow()
    assert "Das Sozialamt." in page.select_one(".kf-dialogue").get_text() and "erfasst" in page.get_text()  # type: ignore[union-attr]
    with client.app.app_context():
        question = db.session.scalars(select(Question)).one()
        assert question.answer == "Das Sozialamt." and question.answered_by_id is None


def test_a_stale_answer_is_kept_and_shown_again(client: CheckingClient, sent: tuple[str, str]) -> None:
    move(client, "rueckfragen", question="Welches Amt?")
    look(client, *sent)
    page = client.follow()
    move(client, "ohne_antwort")
    again = client.submit(page, "form[action$='antworten']", {"answer": "Mein langer Text"}, status=409)
    assert again.select_one("textarea[name=answer]").text == "Mein langer Text"  # type: ignore[union-attr]


def test_a_report_is_withdrawn_and_taken_up_again(client: CheckingClient, sent: tuple[str, str]) -> None:
    look(client, *sent)
    ask = client.get("/report/status/zurueckziehen")
    assert "nicht weiter bearbeitet" in ask.get_text()
    client.submit(ask, "main form", {"reason": "Hat sich erledigt."})
    page = client.follow()
    assert "zurückgezogen" in page.get_text() and page.select_one("a[href$='wieder_aufnehmen']")
    client.get("/report/status/zurueckziehen", status=409)
    client.submit(client.get("/report/status/wieder_aufnehmen"), "main form")
    assert "erfasst" in client.follow().get_text()


def test_steps_of_others_are_not_the_reporters(client: CheckingClient, sent: tuple[str, str]) -> None:
    look(client, *sent)
    client.get("/report/status/erfassen", status=409)
    client.post("/report/status/erfassen", {}, status=404)
    client.post("/report/status/gibt-es-nicht", status=404)


def test_the_result_is_told(client: CheckingClient, sent: tuple[str, str]) -> None:
    move(client, "erfassen")
    move(client, "abschliessen", result="geloest", message="Es gibt jetzt offene Sprechstunden.")
    look(client, *sent)
    text = client.follow().get_text()
    assert "Es gibt jetzt offene Sprechstunden." in text and "gelöst" in text


def test_the_view_closes_by_button_and_after_half_an_hour(client: CheckingClient, sent: tuple[str, str]) -> None:
    look(client, *sent)
    client.submit(client.follow(), "form[action$='leave']")
    assert client.follow().select_one("#code")
    look(client, *sent)
    client.app.config["NOW"] = lambda: NOW + timedelta(minutes=31)
    try:
        assert client.get("/report/status").select_one("#code")
        page = client.post("/report/status/antworten", {"answer": "Text"}, status=422)
        assert "halbe Stunde" in page.get_text()
    finally:
        client.app.config["NOW"] = lambda: NOW


def test_another_browser_knows_nothing(client: CheckingClient, sent: tuple[str, str]) -> None:
    look(client, *sent)
    assert CheckingClient(client.app).get("/report/status").select_one("#code")


def test_the_page_asks_the_database_a_fixed_number_of_questions(client: CheckingClient, sent: tuple[str, str]) -> None:
    look(client, *sent)
    client.get("/report/status")
    with statements_of(client.app) as asked:
        client.get("/report/status")
    assert len(asked) <= 8, asked


def test_my_reports_is_for_accounts(client: CheckingClient) -> None:
    client.get("/my-reports", status=303)
    client.sign_in("beratung@caritas.example")
    assert "noch keine Hürde" in client.get("/my-reports").get_text()
