"""Reporting without an account: what a person does and reads, with and without htmx."""

from __future__ import annotations

import io
import re
from typing import Any

from bs4 import BeautifulSoup
from pypdf import PdfReader
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import Draft, Record

from ..support.client import CheckingClient, form_values
from ..support.queries import statements_of
from ..support.reports import CONTACT, STEPS, whole

FORM = "form#report-form"
NEXT = ".kf-buttons button[value=next]"


def fill(client: CheckingClient, page: BeautifulSoup, step: str, status: int = 200, **changes: Any) -> BeautifulSoup:
    return client.submit(page, FORM, STEPS[step] | changes, status=status, button=NEXT)


def to_review(client: CheckingClient, **changes: Any) -> BeautifulSoup:
    """Fills in everything and stands on the review."""
    page = client.get("/report/form")
    for step in STEPS:
        mine = {
            name: value for name, value in changes.items() if name in STEPS[step] or (step == "a" and name in CONTACT)
        }
        page = fill(client, page, step, **mine)
    return page


def heading(page: BeautifulSoup) -> str:
    found = page.select_one("h1")
    assert found is not None
    return found.get_text(strip=True)


def send(client: CheckingClient, page: BeautifulSoup, status: int = 303) -> BeautifulSoup:
    return client.submit(page, "main form", status=status, button="button[value=submit]")


def test_a_report_is_sent_in_six_steps_and_leaves_reference_and_code(client: CheckingClient) -> None:
    start = client.get("/report")
    assert start.select_one("a[href='/report/form']")
    review = to_review(client)
    assert heading(review) == "Angaben prüfen und absenden"
    assert "Lange Wartezeit auf Termine" in review.get_text()
    send(client, review)
    done = client.follow()
    reference, code = done.select_one("#reference"), done.select_one("#code")
    assert reference is not None and re.fullmatch(r"IH-2026-\d{4}", reference.text)
    assert code is not None and re.fullmatch(r"[a-z2-7]{4}(-[a-z2-7]{4}){3}", code.text)
    with client.app.app_context():
        record = db.session.scalars(select(Record).where(Record.reference == reference.text)).one()
        assert record.answers["kommunen"] == ["siegburg", "troisdorf"]
        assert record.answers["organisation"] == {"other": "Caritas-Beratung am Markt"}
        assert db.session.scalar(select(func.count()).select_from(Draft)) == 0


def test_the_code_is_shown_once_and_stands_in_the_pdf(client: CheckingClient) -> None:
    send(client, to_review(client))
    done = client.follow()
    code = done.select_one("#code")
    assert code is not None
    client.get("/report/receipt.pdf")
    assert client.response is not None
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(client.response.data)).pages)
    assert code.text in text and "Lange Wartezeit auf Termine" in text
    client.get("/report")
    again = client.get("/report/done")
    assert again.select_one("#code") is None and "schon angezeigt" in again.get_text()
    client.get("/report/receipt.pdf", status=404)


def test_reload_and_double_click_lead_to_the_same_report(client: CheckingClient) -> None:
    review = to_review(client)
    seen = set()
    for _ in range(3):
        send(client, review)
        done = client.follow()
        seen.add((done.select_one("#reference").text, done.select_one("#code").text))  # type: ignore[union-attr]
    assert len(seen) == 1
    with client.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Record)) == 1


def test_what_is_missing_is_said_at_the_field_and_above(client: CheckingClient) -> None:
    page = client.submit(client.get("/report/form"), FORM, status=422, button=NEXT)
    assert page.title is not None and page.title.text.startswith("Fehler:")
    links = page.select(".kf-errors a")
    assert [link["href"] for link in links] == ["#melder_art", "#organisation", "#dienstort", "#rueckfragen"]
    assert all(page.select_one(str(link["href"])) for link in links)
    assert page.select_one("#melder_art-error")


def test_questions_that_an_answer_brings_are_shown_before_the_form_goes_on(client: CheckingClient) -> None:
    page = fill(client, client.get("/report/form"), "a", rueckfragen="ja")
    assert heading(page) == "Ihre Stelle"
    assert "Durch Ihre Antwort sind weitere Fragen dazugekommen" in page.get_text()
    assert page.select_one("input[name=melder_email]") and not page.select_one(".kern-error")
    page = client.submit(page, FORM, status=422, button=NEXT)
    assert page.select_one("#melder_email-error")
    page = client.submit(page, FORM, CONTACT, status=200, button=NEXT)
    assert heading(page) == "Wo und wie oft"


def test_topics_follow_the_field_of_action_without_scripts(client: CheckingClient) -> None:
    page = client.get("/report/form")
    for step in ("a", "b"):
        page = fill(client, page, step)
    assert len(page.select("select[name=thema] option")) == 2
    field = page.select("select[name=handlungsfeld] option")[1]["value"]
    page = fill(client, page, "c", handlungsfeld=field)
    assert heading(page) == "Thema" and "Thema im Handlungsfeld" in page.select_one(".kf-flash").get_text()  # type: ignore[union-attr]
    assert len(page.select("select[name=thema] option")) > 2
    assert heading(client.submit(page, FORM, button=NEXT, status=200)) == "Beschreibung ohne Personenangaben"


def test_htmx_gets_the_questions_alone_and_says_what_is_new(client: CheckingClient) -> None:
    page = client.get("/report/form")
    values = form_values(page.select_one(FORM)) | STEPS["a"] | {"rueckfragen": "ja"}  # type: ignore[arg-type]
    part = client.post("/report/form/refresh", values, status=200, htmx=True)
    assert part.select_one("h1") is None and part.select_one("#questions input[name=melder_name]")
    assert "Ihr Name" in part.select_one("#questions")["data-announce"]  # type: ignore[index]
    values["rueckfragen"] = "nein"
    assert not client.post("/report/form/refresh", values, status=200, htmx=True).select_one("input[name=melder_name]")


def test_hidden_answers_survive_editing_and_are_left_out_visibly(client: CheckingClient) -> None:
    page = fill(client, client.get("/report/form"), "a", rueckfragen="ja")
    page = client.submit(page, FORM, CONTACT, status=200, button=NEXT)
    page = client.submit(page, FORM, status=200, button="button[value=back]")
    page = client.submit(page, FORM, {"rueckfragen": "nein"}, status=200, button=NEXT)
    for step in ("b", "c", "d", "e", "f"):
        page = fill(client, page, step)
    left_out = page.select_one(".kf-inset--info")
    assert left_out is not None and "nicht gesendet" in left_out.text and "Miriam Musterfrau" in left_out.text
    send(client, page)
    with client.app.app_context():
        record = db.session.scalars(select(Record)).one()
        assert record.contact is not None and record.contact.answers == {} and record.contact.email is None


def test_personal_data_is_pointed_out_once_and_never_forbidden(client: CheckingClient) -> None:
    page = client.get("/report/form")
    for step in ("a", "b", "c"):
        page = fill(client, page, step)
    text = "Frau Öztürk, geboren am 03.04.1988, wartet seit Mai."
    page = fill(client, page, "d", situation=text)
    assert heading(page) == "Beschreibung ohne Personenangaben"
    warning = page.select_one("#situation-privacy")
    assert warning is not None and "03.04.1988" in warning.text
    assert page.select_one("textarea[name=situation]").text == text  # type: ignore[union-attr]
    page = client.submit(page, FORM, status=200, button=NEXT)
    assert heading(page) == "Betroffene Gruppe (freiwillig, grob)"
    for step in ("e", "f"):
        page = fill(client, page, step)
    assert "Geburtsdatum" in page.select_one(".kern-alert--warning").get_text()  # type: ignore[union-attr]
    send(client, page)


def test_the_review_leads_back_to_a_step_and_returns(client: CheckingClient) -> None:
    page = client.submit(to_review(client), "main form", status=200, button="button[value='go:b']")
    assert heading(page) == "Wo und wie oft"
    page = client.submit(page, FORM, {"fallzahl": "6-10"}, status=200, button=NEXT)
    assert heading(page) == "Angaben prüfen und absenden" and "6 bis 10" in page.get_text()


def test_steps_out_of_order_end_at_a_review_that_says_what_is_missing(client: CheckingClient) -> None:
    page = client.submit(client.get("/report/form"), FORM, status=200, button="button[value=check]")
    assert "Es fehlen noch Angaben" in page.get_text() and not page.select_one("button[value=submit]")
    forced = client.post(
        "/report/form/steps/check", form_values(page.select_one("main form")) | {"_action": "submit"}, status=422
    )  # type: ignore[arg-type, operator]
    assert "Es fehlen noch Angaben" in forced.get_text()
    with client.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Record)) == 0


def test_odd_input_is_answered_in_sentences_and_nothing_is_lost(client: CheckingClient) -> None:
    odd: dict[str, Any] = STEPS["a"] | {
        "_action": "next", "melder_art": "königin", "state": "abgeschlossen", "creator_id": "1",
        "rueckfragen-0-x": "?", "organisation": "\0A\x1f\u202eB", "_add:organisation": "1", "_key": "zu kurz",
    }  # fmt: skip
    page = client.post("/report/form/steps/a", odd, status=422)
    assert "steht nicht darin" in page.get_text()
    page = client.post("/report/form/steps/gibt-es-nicht", odd | {"_action": "go:auch-nicht"}, status=200)
    assert heading(page) == "Ihre Stelle"
    page = client.post(
        "/report/form/steps/d",
        {"_action": "next", "situation": "x" * 1_000_000, "titel": "T"},
        status=422,
    )
    assert "Kürzen Sie den Text um 996000 Zeichen" in page.get_text().replace(".", "")
    assert len(page.select_one("textarea[name=situation]").text) == 1_000_000  # type: ignore[union-attr]
    page = client.post("/report/form/steps/d", {"_action": "next", "situation": "x" * 1_600_000}, status=422)
    assert "zu viel Text" in page.get_text()


def test_a_lost_session_costs_one_click(client: CheckingClient) -> None:
    page = to_review(client)
    values = form_values(page.select_one("main form"))  # type: ignore[arg-type]
    client.http.delete_cookie("kimforms")
    again = client.post("/report/form/steps/check", values | {"_action": "submit"}, status=400)
    assert "noch einmal" in again.get_text() and "Lange Wartezeit auf Termine" in again.get_text()
    send(client, again)


def test_the_trap_never_swallows_a_report(client: CheckingClient) -> None:
    page = client.submit(
        to_review(client), "main form", {"_website": "http://x"}, status=422, button="button[value=submit]"
    )
    assert "noch einmal" in page.get_text() and page.select_one("#website")["value"] == ""  # type: ignore[index]
    send(client, page)


def test_an_office_behind_one_address_sends_thirty_an_hour(client: CheckingClient) -> None:
    values = whole() | {"_step": "f", "_action": "submit"}
    for _ in range(30):
        client.post("/report/form/steps/check", values)
    page = client.post("/report/form/steps/check", values, status=429)
    assert "nicht verloren" in page.get_text() and "Lange Wartezeit auf Termine" in page.get_text()


def test_saving_without_account_gives_a_secret_link_once(client: CheckingClient) -> None:
    page = fill(client, client.get("/report/form"), "a")
    client.submit(page, FORM, {"fallzahl": "3-5"}, button="button[value=save]")
    saved = client.follow()
    link = saved.select_one(".kf-code a")
    assert link is not None and "14 Tage" in saved.get_text()
    client.get("/report/saved", status=303)
    other = CheckingClient(client.app)
    page = other.get(str(link["href"]))
    assert heading(page) == "Wo und wie oft" and page.select_one("option[value='3-5'][selected]")
    with client.app.app_context():
        draft = db.session.scalars(select(Draft)).one()
        assert draft.link_hash and draft.link_hash not in str(link["href"]) and draft.user_id is None
    for step in ("b", "c", "d", "e", "f"):
        page = fill(other, page, step)
    send(other, page)
    assert "gibt es nicht mehr" in client.get(str(link["href"]), status=410).get_text()


def test_nothing_is_stored_before_it_is_asked_for(client: CheckingClient) -> None:
    with statements_of(client.app) as sent:
        to_review(client)
    assert not [one for one in sent if one.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_the_pages_ask_the_database_a_fixed_number_of_questions(client: CheckingClient) -> None:
    client.get("/report/form")
    with statements_of(client.app) as sent:
        client.get("/report/form")
    assert len(sent) == 1


def test_the_form_speaks_english(client: CheckingClient) -> None:
    page = client.get("/report/form?lang=en")
    assert heading(page) == "Your office" and "Please choose" in page.get_text()
    page = client.submit(page, FORM, status=422, button=NEXT)
    assert "Choose an answer" in page.get_text()


def test_the_privacy_notice_is_linked_and_open(client: CheckingClient) -> None:
    assert client.get("/report/form").select_one("a[href='/report/privacy']")
    assert "Art. 6" in client.get("/report/privacy").get_text()


def test_every_step_has_a_place_of_its_own_in_the_history_of_the_browser(client: CheckingClient) -> None:
    page, places = client.get("/report/form"), ["/report/form"]
    for step in STEPS:
        action = str(page.select_one(FORM)["action"])  # type: ignore[index]
        assert action not in places  # a form sent to its page's own address leaves no trace
        assert '"history":false' in str(page.select_one("meta[name=htmx-config]"))
        page = fill(client, page, step)
        places.append(action)
        assert client.response is not None and client.response.headers["Cache-Control"] == "private, no-cache"
    assert client.get(places[-1], status=303) is not None
