"""The start page of each role: what is mine, new, overdue; figures lead into the inbox and are for those who read records."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kimforms.models import ProcessVersion, Record, User
from kimforms.permissions import ANYONE, actor_of
from kimforms.services.catalogues import catalogues
from kimforms.services.records.submission import submit_record
from kimforms.services.records.transitions import perform_transition
from kimforms.services.unit_of_work import unit_of_work

from ..support import meetings
from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.queries import statements_of
from ..support.reports import whole

COORDINATOR = "koordination@rsk.example"
ADVISER = "beratung@caritas.example"
CASE_MANAGER = "casemanagement@siegburg.example"


def submit(client: CheckingClient, title: str, days_ago: int = 0, email: str | None = None, **changes: Any) -> str:
    """A report as it comes in; gives its reference."""
    with in_app(client.app), unit_of_work() as session:
        user = session.scalar(select(User).where(User.email == email)) if email else None
        record = submit_record(
            session,
            actor_of(user, NOW.date()) if user else ANYONE,
            NOW - timedelta(days=days_ago),
            version=session.scalars(select(ProcessVersion).order_by(ProcessVersion.id)).first(),
            raw=whole(titel=title, **changes),
            submission_key=f"key-{title}",
            secret_key="s",
            catalogues=catalogues(session),
        ).record
        return record.reference


def texts(page: Any, selector: str) -> list[str]:
    return [" ".join(tag.text.split()) for tag in page.select(selector)]


def test_a_coordinator_sees_new_own_and_overdue_reports(client: CheckingClient) -> None:
    submit(client, "Ganz neu", kommunen=["bornheim"])
    submit(client, "Zu lange gewartet", days_ago=30, kommunen=["bornheim"])
    client.sign_in(COORDINATOR)
    page = client.get("/dashboard")
    assert texts(page, "#new a") == ["Zu lange gewartet", "Ganz neu"]
    assert texts(page, "#overdue a") == ["Zu lange gewartet"]
    assert "überfällig" in page.select_one("#overdue .kf-due").text
    assert set(texts(page, "#mine a")) == {"Ganz neu", "Zu lange gewartet"}
    assert texts(page, ".kf-figure__value") == ["2", "2", "1", "2"]


def test_each_figure_opens_what_it_counts(client: CheckingClient) -> None:
    submit(client, "Überfällig", days_ago=30)
    client.sign_in(COORDINATOR)
    figure = client.get("/dashboard").select_one(".kf-figure--danger")
    assert figure is not None
    inbox = client.get(str(figure.select_one("a")["href"]))
    assert "Überfällig" in inbox.select_one("main").text


def test_an_adviser_sees_own_reports_and_no_deadlines(client: CheckingClient) -> None:
    submit(client, "Von mir", email=ADVISER)
    submit(client, "Von anderen")
    client.sign_in(ADVISER)
    page = client.get("/dashboard")
    assert texts(page, "#own a")[:1] == ["Von mir"]
    assert "Von anderen" not in page.text
    assert not page.select(".kf-due"), "deadlines are those of the coordination"


def test_an_open_question_waits_on_the_reporters_start_page(client: CheckingClient) -> None:
    reference = submit(client, "Mit Frage", email=ADVISER, rueckfragen="ja", melder_name="M", melder_email=ADVISER)
    with in_app(client.app), unit_of_work() as session:
        coordinator = session.scalars(select(User).where(User.email == COORDINATOR)).one()
        perform_transition(
            session,
            actor_of(coordinator, NOW.date()),
            NOW,
            record=session.scalars(select(Record).where(Record.reference == reference)).one(),
            transition_id="rueckfragen",
            data={"question": "Seit wann?"},
            row_version=None,
            catalogues=catalogues(session),
        )
    client.sign_in(ADVISER)
    assert texts(client.get("/dashboard"), "#questions a") == ["Mit Frage"]


def test_figures_of_a_municipality_stand_in_the_statistics_only(client: CheckingClient) -> None:
    """Whoever sees a number grow day by day knows what has just been reported; there the figures are released ones."""
    for number in range(6):
        submit(client, f"Hürde {number}", kommunen=["siegburg"])
    client.sign_in(CASE_MANAGER)
    page = client.get("/dashboard")
    assert not page.select("table.kf-bars")
    assert page.select_one("a[href='/statistics']") is not None


@pytest.mark.parametrize(
    "email", ["mitglied@jobcenter.example", "einbuergerung@troisdorf.example", "admin@rsk.example"]
)
def test_who_has_nothing_to_do_reads_so(client: CheckingClient, email: str) -> None:
    submit(client, "Geheim")
    client.sign_in(email)
    page = client.get("/dashboard")
    assert "liegt nichts für Sie an" in page.text
    assert "Geheim" not in page.text


def test_the_other_controllers_coordinator_sees_nothing(client: CheckingClient) -> None:
    submit(client, "Nur für den Kreis")
    client.sign_in("koordination@troisdorf.example")
    assert "Nur für den Kreis" not in client.get("/dashboard").text


def test_the_number_of_queries_does_not_grow_with_the_records(client: CheckingClient) -> None:
    client.sign_in(COORDINATOR)
    submit(client, "eins")
    client.get("/dashboard")
    with statements_of(client.app) as few:
        client.get("/dashboard")
    for number in range(12):
        submit(client, f"weitere {number}", days_ago=number)
    with statements_of(client.app) as many:
        client.get("/dashboard")
    assert len(many) == len(few)


def test_the_next_meetings_stand_there_for_those_who_belong_to_them(client: CheckingClient) -> None:
    with in_app(client.app):
        meetings.body()
        reference = meetings.meeting()
    client.sign_in("leitung@rsk.example")
    line = texts(client.get("/dashboard"), "#meetings .kf-lines__item")
    assert len(line) == 1 and reference in line[0] and "Dienstag, 19.01.2027, 14:00 bis 16:00 Uhr" in line[0]
    assert "Freigabe der Tagesordnung fehlt" in line[0]
    client.sign_in(meetings.MEMBER)
    assert reference not in client.get("/dashboard").text, "nothing was sent to members yet"
    with in_app(client.app), meetings.at_work(reference) as (_session, _actor, meeting):
        meeting.record.state, meeting.dispatched_at = "eingeladen", NOW
    assert reference in texts(client.get("/dashboard"), "#meetings .kf-lines__item")[0]
    client.sign_in("beratung@caritas.example")
    assert reference not in client.get("/dashboard").text


def test_signed_out_people_are_sent_to_the_sign_in_page(client: CheckingClient) -> None:
    client.get("/dashboard", status=303)
    assert "/login" in client.response.headers["Location"]


def test_everything_is_said_in_english_too(client: CheckingClient) -> None:
    submit(client, "Neu")
    client.sign_in(COORDINATOR)
    page = client.get("/dashboard?lang=en")
    assert page.html["lang"] == "en"
    assert "Waiting too long" in texts(page, "h2")
