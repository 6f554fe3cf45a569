"""Polls and series on pages; the answer behind a link, which only a button keeps."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kimforms.models import DatePoll, DatePollParticipant, ReplyLink
from kimforms.services import reply_links
from kimforms.services.unit_of_work import unit_of_work

from ..support import meetings
from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.records import OFFICE

ASK = {
    "poll-body": meetings.SLUG, "poll-title": "Klausurtag", "poll-closes_on": "10.12.2026",
    "poll-day_1": "19.01.2027", "poll-begins_1": "14:00", "poll-ends_1": "16:00",
    "poll-day_2": "20.01.2027", "poll-begins_2": "9", "poll-ends_2": "11 Uhr",
}  # fmt: skip
RULE = {
    "series-body": meetings.SLUG, "series-title": "Jour fixe", "series-frequency": "monthly", "series-day": "26.03.2027",
    "series-until": "30.06.2027", "series-begins": "14:00", "series-ends": "15:30", "series-place": "Kreishaus",
}  # fmt: skip


@pytest.fixture
def office(client: CheckingClient) -> CheckingClient:
    with in_app(client.app):
        meetings.body()
    client.sign_in(OFFICE)
    return client


def link_of(client: CheckingClient, number: int = 0) -> str:
    with in_app(client.app), unit_of_work() as session:
        link = session.scalars(select(ReplyLink).where(ReplyLink.purpose == "poll").order_by(ReplyLink.id)).all()[
            number
        ]
        return f"/r/{reply_links.token_text(client.app.config['SECRET_KEY'], link)}"


def answers(client: CheckingClient) -> list[dict[str, str]]:
    with in_app(client.app), unit_of_work() as session:
        wanted = select(DatePollParticipant.answers).order_by(DatePollParticipant.id)
        return list(session.scalars(wanted))


def asked(client: CheckingClient) -> None:
    client.submit(client.get("/meetings/polls/new"), "main form.kf-form", ASK)


def test_a_poll_from_question_to_meeting(office: CheckingClient) -> None:
    asked(office)
    assert "0 von 9 haben geantwortet" in office.follow().text
    place = link_of(office)
    guest = CheckingClient(office.app)
    page = guest.get(f"{place}?all=yes")
    assert len(page.select("input[value=yes][checked]")) == 2
    assert answers(office)[0] == {}
    guest.submit(page, "main form.kf-form", {"comment": "Gern vormittags"})
    assert "gespeichert" in guest.follow().text
    assert set(answers(office)[0].values()) == {"yes"}
    guest.submit(guest.get(place), "main form.kf-form", {"comment": "Doch anders"})
    page = office.get("/meetings/polls/1")
    assert "Doch anders" in page.text
    office.submit(page, "form[action$='/remind']")
    office.submit(office.get("/meetings/polls/1"), "tbody tr:first-child form[action$='/take']")
    assert "PG-2027-01" in office.follow().text
    assert "Termin gefunden" in office.get("/meetings/polls").text
    guest.get(place)  # answered: still good, and says that the poll has ended
    guest.get(link_of(office, 1), status=410)  # the reminder took its place


def test_a_poll_needs_whole_answers_and_knows_forged_links(office: CheckingClient) -> None:
    asked(office)
    guest = CheckingClient(office.app)
    place = link_of(office)
    page = guest.submit(guest.get(place), "main form.kf-form", {}, status=422)
    assert page.text.count("Wählen Sie eine Antwort.") == 4
    guest.get(place[:-1] + ("A" if place[-1] != "A" else "B"), status=410)
    for odd in ("?all=maybe", "?all=", "?all=yes&all=no"):
        guest.get(f"{place}{odd}")
    assert answers(office)[0] == {}


def test_a_poll_that_ended_takes_nothing(office: CheckingClient) -> None:
    asked(office)
    guest, place = CheckingClient(office.app), link_of(office)
    page = guest.get(f"{place}?all=no")
    with in_app(office.app), unit_of_work() as session:
        session.scalars(select(DatePoll)).one().closed_at = NOW
    guest.submit(page, "main form.kf-form", {}, status=409)
    assert "Die Abstimmung ist beendet" in guest.get(place).text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"poll-title": ""}, "wofür Sie einen Termin suchen"),
        ({"poll-day_2": "", "poll-begins_2": "", "poll-ends_2": ""}, "mindestens zwei"),
        ({"poll-day_2": "31.02.2027"}, "TT.MM.JJJJ"),
        ({"poll-ends_2": ""}, "Termin 2: Geben Sie Tag, Beginn und Ende an."),
        ({"poll-closes_on": ""}, "bis wann"),
        ({"poll-closes_on": "19.01.2027"}, "vor dem ersten"),
        ({"poll-ends_1": "13:00"}, "nicht nach dem Beginn"),
    ],
)
def test_what_is_no_poll(office: CheckingClient, changes: dict[str, str], words: str) -> None:
    page = office.submit(
        office.get("/meetings/polls/new"), "main form.kf-form", ASK | {"poll-text": "Hallo"} | changes, status=422
    )
    assert words in page.text
    assert "Hallo" in page.select_one("#poll-text").text  # type: ignore[union-attr]


def test_a_series_is_shown_chosen_and_made(office: CheckingClient) -> None:
    page = office.submit(office.get("/meetings/series/new"), "main form.kf-form", RULE, status=200)
    assert "Karfreitag" in page.text
    assert "Osterferien" in page.text
    days = [str(one["value"]) for one in page.select("input[name=take]")]
    assert days[:2] == ["2027-03-26", "2027-04-23"]
    values = {"take": [days[0], days[1]], f"on-{days[0]}": "gestern"}
    again = office.submit(page, "main form.kf-form", values, button="button[name=create]", status=422)
    assert "TT.MM.JJJJ" in again.text
    office.submit(page, "main form.kf-form", {"take": []}, button="button[name=create]", status=422)
    values = {"take": [days[0], days[1]], f"on-{days[0]}": "25.03.2027"}
    office.submit(page, "main form.kf-form", values, button="button[name=create]")
    page = office.follow()
    assert "Donnerstag, 25.03.2027, 14:00 bis 15:30 Uhr" in page.text
    assert "Freitag, 23.04.2027" in page.text
    assert "Jour fixe" in office.get("/meetings/series").text
    office.submit(office.get("/meetings/series/1/end"), "main form.kf-confirm", {"why-reason": "Neuer Rhythmus"})
    assert "Die Reihe ist beendet" in office.follow().text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"series-day": ""}, "Diese Angabe fehlt"),
        ({"series-frequency": "hourly"}, "wie oft"),
        ({"series-until": "01.01.2027"}, "nach dem ersten Tag"),
        ({"series-ends": "13:00"}, "nach dem Beginn"),
        ({"series-title": ""}, "Namen"),
        ({"series-body": "fremd"}, "Wählen Sie das Gremium"),
    ],
)
def test_what_is_no_series(office: CheckingClient, changes: dict[str, str], words: str) -> None:
    page = office.submit(office.get("/meetings/series/new"), "main form.kf-form", RULE | changes, status=422)
    assert words in page.text


def test_going_back_keeps_the_rule(office: CheckingClient) -> None:
    page = office.submit(office.get("/meetings/series/new"), "main form.kf-form", RULE, status=200)
    page = office.submit(page, "main form.kf-form", button="button[name=back]", status=200)
    assert page.select_one("#series-title")["value"] == "Jour fixe"  # type: ignore[index]
