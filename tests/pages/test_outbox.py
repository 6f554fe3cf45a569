"""The outbox page: who sees what of whose mails, and what a person may do about stuck ones."""

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Controller, Delivery, OutboxMessage, User
from kimforms.services import outbox, tokens
from kimforms.services.queries.outbox import PAGE
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.mail import make_record

OFFICE, ADMIN, COORDINATOR = "leitung@rsk.example", "admin@rsk.example", "koordination@rsk.example"


def write(client, *, controller="rsk", kind="request.receipt", status="queued", to="melderin@x.example", **more):
    """One mail to a reporter and one colleague, about a record; returns its id and that of the first delivery."""
    with client.app.app_context(), unit_of_work() as session:
        controller_id = session.scalar(select(Controller.id).where(Controller.key == controller))
        colleague = session.scalar(select(User).where(User.email == COORDINATOR))
        values = {"subject": "Ihre Meldung", "text": "Geheimes <b>aus</b> dem Vorgang"} | more
        message = outbox.queue(
            session,
            NOW,
            controller_id=controller_id,
            kind=kind,
            to=[(to, None), (colleague.email, colleague.id)],
            **values,
        )
        session.flush()
        first = message.deliveries[0]
        first.status, first.error = status, f"550 {to} unbekannt" if status == "dead" else None
        return message.id, first.id


def status_of(client, number):
    with client.app.app_context():
        return db.session.get(Delivery, number).status


@pytest.fixture
def office(client):
    client.sign_in(OFFICE)
    return client


@pytest.fixture
def admin(client):
    client.sign_in(ADMIN)
    return client


def test_signed_out_people_go_to_the_sign_in_page(client):
    number, _ = write(client)
    for path in ("/outbox", f"/outbox/{number}", f"/outbox/{number}/html"):
        client.get(path, status=303)


@pytest.mark.parametrize(
    "email", ["beratung@caritas.example", "casemanagement@siegburg.example", COORDINATOR, "mitglied@jobcenter.example"]
)
def test_other_roles_are_refused(client, email):
    number, delivery = write(client, status="dead")
    client.sign_in(email)
    for path in ("/outbox", f"/outbox/{number}", f"/outbox/{number}/html", f"/outbox/deliveries/{delivery}/retry"):
        client.get(path, status=403)
    for deed in ("retry", "settle", "discard"):
        client.post(f"/outbox/deliveries/{delivery}/{deed}", status=403)
    assert status_of(client, delivery) == "dead"


def test_an_empty_outbox_says_so_and_that_nothing_is_sent(office):
    page = office.get("/outbox")
    assert page.select_one("h1").text == "Postausgang"
    assert "Es wird nichts versendet" in page.select_one(".kern-alert--warning").text
    assert "leer" in page.select_one(".kf-empty").text


def test_the_office_reads_a_mail_but_not_the_reporters_address(office):
    number, _ = write(office)
    page = office.get("/outbox")
    assert page.select_one("tbody th a").text.strip() == "Ihre Meldung"
    page = office.get(f"/outbox/{number}")
    text = page.select_one("main").text
    assert "Geheimes <b>aus</b> dem Vorgang" in text
    assert "m***@x.example" in text and COORDINATOR in text
    assert "wartet auf den Versand" in text
    assert "melderin" not in str(page)


def test_the_administrator_sees_neither_text_nor_subject(admin):
    number, _ = write(admin)
    for path in ("/outbox", f"/outbox/{number}"):
        page = str(admin.get(path))
        assert "Geheimes" not in page and "Ihre Meldung" not in page and "melderin" not in page
    admin.get(f"/outbox/{number}/html", status=403)


def test_hidden_words_do_not_answer_a_search(admin):
    write(admin)
    for words in ("Meldung", "melderin", "Geheimes"):
        assert admin.get("/outbox", query_string={"q": words}).select("tbody tr") == []
    assert len(admin.get("/outbox", query_string={"q": COORDINATOR}).select("tbody tr")) == 1


def test_mails_of_another_controller_do_not_exist(office):
    number, delivery = write(office, controller="troisdorf", status="dead")
    assert office.get("/outbox").select("tbody tr") == []
    office.get(f"/outbox/{number}", status=404)
    office.get(f"/outbox/{number}/html", status=404)
    office.get(f"/outbox/deliveries/{delivery}/retry", status=404)
    office.post(f"/outbox/deliveries/{delivery}/retry", status=404)
    assert status_of(office, delivery) == "dead"


@pytest.mark.parametrize("number", ["999999", "0", "99999999999999999999"])
def test_a_number_that_is_none_gives_404(office, number):
    office.get(f"/outbox/{number}", status=404)


def test_secret_links_are_masked_everywhere(office):
    with office.app.app_context(), unit_of_work() as session:
        person = session.scalar(select(User).where(User.email == COORDINATOR))
        token = tokens.make_token(session, person, tokens.RESET, NOW, secret_key="test-secret")
        mark, secret = tokens.placeholder(token), tokens.token_text("test-secret", token)
    number, _ = write(office, kind="account.reset", link=f"/login/reset/{mark}")
    page = office.get(f"/outbox/{number}")
    assert "http://localhost/login/reset/[geheimer Link]" in page.select_one("main").text
    html = office.http.get(f"/outbox/{number}/html").get_data(as_text=True)
    for text in (str(page), html):
        assert secret not in text and "{{token" not in text


def test_the_html_view_may_run_and_load_nothing(office):
    number, _ = write(office)
    response = office.http.get(f"/outbox/{number}/html")
    assert response.status_code == 200
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "script" not in policy
    assert "Geheimes &lt;b&gt;aus&lt;/b&gt;" in response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "dead"}, 1),
        ({"status": "open"}, 1),
        ({"status": "queued"}, 2),
        ({"status": "sent"}, 0),
        ({"status": "x"}, 0),
        ({"kind": "digest"}, 1),
        ({"kind": "record"}, 1),
        ({"kind": "x"}, 0),
        ({"q": "übersicht"}, 1),
        ({"q": "%"}, 0),
        ({"q": " "}, 2),
    ],
)
def test_filters(office, query, found):
    write(office, status="dead")
    write(office, kind="digest", subject="Ihre übersicht")
    assert len(office.get("/outbox", query_string=query).select("tbody tr")) == found
    assert len(office.get("/outbox", query_string=query, htmx=True).select("tbody tr")) == found


def test_pages_turn_forward_and_back_with_their_filter(office):
    numbers = [write(office, subject=f"Mail {number}")[0] for number in range(PAGE + 3)]
    page = office.get("/outbox", query_string={"kind": "record"})
    assert len(page.select("tbody tr")) == PAGE
    assert page.select_one("a[rel=prev]") is None
    second = office.get(page.select_one("a[rel=next]")["href"])
    assert [link["href"] for link in second.select("tbody th a")] == [f"/outbox/{one}" for one in reversed(numbers[:3])]
    assert second.select_one("a[rel=next]") is None
    first = office.get(second.select_one("a[rel=prev]")["href"])
    assert [one.text for one in first.select("tbody th a")] == [one.text for one in page.select("tbody th a")]
    assert "kind=record" in page.select_one("a[rel=next]")["href"]


def test_a_dead_delivery_is_sent_again_by_a_button(office):
    number, delivery = write(office, status="dead")
    page = office.get(f"/outbox/{number}")
    assert "550 m***@x.example unbekannt" in page.select_one("main").text
    office.submit(page, f"form[action='/outbox/deliveries/{delivery}/retry']")
    page = office.follow()
    assert status_of(office, delivery) == "queued"
    assert page.select_one(f"form[action='/outbox/deliveries/{delivery}/retry']") is None
    office.post(f"/outbox/deliveries/{delivery}/retry", status=409)


def test_an_uncertain_delivery_is_sent_again_only_after_a_warning(office):
    number, delivery = write(office, status="uncertain")
    office.post(f"/outbox/deliveries/{delivery}/retry", status=409)
    assert status_of(office, delivery) == "uncertain"
    link = office.get(f"/outbox/{number}").select_one(f"a[href='/outbox/deliveries/{delivery}/retry']")
    warning = office.get(link["href"])
    assert "doppelt" in warning.select_one("main").text
    office.submit(warning, "form.kf-confirm")
    assert status_of(office, delivery) == "queued"


def test_the_administrator_settles_a_stuck_delivery(admin):
    number, delivery = write(admin, status="uncertain")
    assert "liegen geblieben" in admin.get("/outbox").select_one(".kern-alert--danger").text
    admin.submit(admin.get(f"/outbox/{number}"), f"form[action='/outbox/deliveries/{delivery}/settle']")
    assert "erledigt" in admin.follow().select_one("main").text
    assert admin.get("/outbox").select_one(".kern-alert--danger") is None


def test_the_page_speaks_english(office):
    number, _ = write(office, status="dead")
    assert office.get("/outbox?lang=en").select_one("h1").text == "Outbox"
    assert "Send again" in office.get(f"/outbox/{number}").select_one("main").text


def test_a_mail_about_a_record_names_its_reference(admin):
    with admin.app.app_context(), unit_of_work() as session:
        record = make_record(session, NOW)
        outbox.queue(session, NOW, controller_id=1, kind="x.y", to=[], subject="Geheim", text="x", record=record)
    row = admin.get("/outbox").select_one("tbody tr")
    assert "AN-2026-0001" in row.text and "niemand" in row.text and "Geheim" not in row.text
    with admin.app.app_context():
        assert db.session.scalars(select(OutboxMessage.subject)).one() == "Geheim"


def test_a_waiting_delivery_is_kept_back_after_a_question(admin):
    number, delivery = write(admin)
    link = admin.get(f"/outbox/{number}").select_one(f"a[href='/outbox/deliveries/{delivery}/discard']")
    question = admin.get(link["href"])
    assert "nicht gesendet" in question.select_one(".kf-confirm").text
    assert "m***@x.example" in question.select_one(".kf-confirm").text
    admin.submit(question, "form.kf-confirm")
    page = admin.follow()
    assert "Verworfen" in page.select_one("main").text
    assert status_of(admin, delivery) == "settled"
    assert page.select_one(f"a[href='/outbox/deliveries/{delivery}/discard']") is None
    assert "Discarded" in admin.get(f"/outbox/{number}?lang=en").select_one("main").text


@pytest.mark.parametrize("status", ["sent", "sending", "dead", "uncertain", "settled"])
def test_what_does_not_wait_cannot_be_kept_back(office, status):
    number, delivery = write(office, status=status)
    assert office.get(f"/outbox/{number}").select_one(f"a[href='/outbox/deliveries/{delivery}/discard']") is None
    office.post(f"/outbox/deliveries/{delivery}/discard", status=409)
    assert status_of(office, delivery) == status


def test_all_that_waits_from_before_a_day_is_discarded(office):
    _, mine = write(office)
    _, foreign = write(office, controller="troisdorf")
    page = office.get(office.get("/outbox").select_one("a[href='/outbox/discard']")["href"])
    assert page.select_one("#before")["value"] == "23.11.2026"
    assert page.select_one(".kf-confirm") is None
    page = office.submit(page, "form.kf-form", status=200)
    assert "wartet nichts" in page.select_one("main").text
    page = office.submit(page, "form.kf-form", {"before": "24.11.2026"}, status=200)
    assert "2 Nachrichten von vor dem 24.11.2026" in page.select_one(".kf-confirm").text
    assert status_of(office, mine) == "queued"
    office.submit(page, "form.kf-confirm")
    assert "2 Nachrichten sind verworfen" in office.follow().select_one(".kf-flash").text
    assert (status_of(office, mine), status_of(office, foreign)) == ("settled", "queued")
    assert office.get("/outbox").select_one("a[href='/outbox/discard']") is None


@pytest.mark.parametrize("day", ["", "x", "31.02.2026", "0"])
def test_a_day_that_is_none_is_refused(office, day):
    _, delivery = write(office)
    page = office.get("/outbox/discard", query_string={"before": day}, status=422)
    assert page.select_one(".kf-errors a")["href"] == "#before"
    office.post("/outbox/discard", {"before": day}, status=422)
    assert status_of(office, delivery) == "queued"
    assert office.get("/outbox/discard?lang=en").select_one("h1").text == "Discard waiting messages"
