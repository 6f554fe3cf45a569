"""Planning on pages: a new meeting with its deadlines, two tabs, lists with what is next, the plan of a year, who sees what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kimforms.services.meetings import planning

from ..support import meetings, minutes
from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.meetings import BEGINS, MEMBER, at_work, found
from ..support.queries import statements_of
from ..support.records import COORDINATOR, OFFICE

PLAN = {
    "meeting-body": meetings.SLUG,
    "meeting-day": "19.01.2027",
    "meeting-begins": "14",
    "meeting-ends": "16:00",
    "meeting-place": "Kreishaus",
}


@pytest.fixture
def office(client: CheckingClient) -> CheckingClient:
    with in_app(client.app):
        meetings.body()
    client.sign_in(OFFICE)
    return client


def send(client: CheckingClient, values: dict[str, str], status: int = 303) -> Any:
    return client.submit(client.get("/meetings/new"), "main form[action='/meetings/new']", values, status=status)


def rows(page: Any, part: str) -> list[str]:
    """The lines of a table as people read them."""
    return [" ".join(line.get_text(" ").split()) for line in page.select(f"{part} tbody tr")]


def planned(client: CheckingClient, *args: Any, **options: Any) -> str:
    with in_app(client.app):
        return meetings.meeting(*args, **options)


def test_a_meeting_is_planned_and_its_agenda_opens(office: CheckingClient) -> None:
    page = office.get(f"/meetings/new?body={meetings.SLUG}")
    office.submit(page, "main form[action='/meetings/new']", PLAN)
    agenda = office.follow()
    assert office.response is not None
    assert office.response.request.path == "/meetings/PG-2027-01/agenda"
    assert "Verschiedenes" in agenda.text
    assert "Dienstag, 19.01.2027, 14:00 bis 16:00 Uhr" in agenda.text


def test_deadlines_show_live_and_without_scripts(office: CheckingClient) -> None:
    query = "/meetings/new?meeting-body=pruefgremium&meeting-day=19.01.2027"
    for part in (office.get(query, htmx=True), send(office, PLAN | {"check": "1"}, status=200)):
        notes = part.select_one("#day-notes")
        assert notes is not None
        assert "Letzter Tag für den Versand per E-Mail ist Sonntag, 03.01.2027" in notes.text
        assert "Anträge zur Tagesordnung sind bis Dienstag, 29.12.2026 möglich" in notes.text


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("26.05.2027", "Kein Feiertag"),
        ("27.05.2027", "Fronleichnam"),
        ("20.07.2027", "Sommerferien"),
        ("16.01.2027", "Wochenende"),
    ],
)
def test_holidays_are_a_warning_not_a_refusal(office: CheckingClient, day: str, words: str) -> None:
    assert words in send(office, PLAN | {"check": "1", "meeting-day": day}, status=200).text
    send(office, PLAN | {"meeting-day": day, "meeting-kind": "room"})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"meeting-day": ""}, "Geben Sie den Tag der Sitzung ein."),
        ({"meeting-day": "32.01.2027"}, "TT.MM.JJJJ"),
        ({"meeting-begins": "25:00"}, "HH:MM"),
        ({"meeting-begins": ""}, "wann die Sitzung beginnt"),
        ({"meeting-ends": "13:00"}, "nach dem Beginn"),
        ({"meeting-day": "01.10.2026"}, "schon vorbei"),
        ({"meeting-body": "gibt-es-nicht"}, "Wählen Sie das Gremium"),
        ({"meeting-room": "999999"}, "Raum der Liste"),
        ({"meeting-video_url": "javascript:alert(1)"}, "https://"),
    ],
)
def test_bad_input_keeps_what_was_typed(office: CheckingClient, changes: dict[str, str], words: str) -> None:
    page = send(office, PLAN | {"meeting-kind": "room", "meeting-title": "Sondersitzung"} | changes, status=422)
    assert words in page.text
    assert page.select_one("#meeting-title")["value"] == "Sondersitzung"  # type: ignore[index]


def test_a_stale_page_changes_nothing(office: CheckingClient) -> None:
    reference = planned(office)
    page = office.get(f"/meetings/{reference}/move")
    with in_app(office.app), at_work(reference) as (session, person, meeting):
        later = planning.Plan(BEGINS + timedelta(hours=1), BEGINS + timedelta(hours=3), place="Kreishaus, Raum A 1.16")
        planning.move_meeting(session, person, NOW, meeting=meeting, plan=later)
    page = office.submit(page, f"main form[action$='{reference}/move']", {"meeting-place": "Rathaus"}, status=409)
    assert "Inzwischen hat jemand anderes" in page.text
    assert page.select_one("#meeting-place")["value"] == "Rathaus"  # type: ignore[index]
    with in_app(office.app):
        assert found(reference).place != "Rathaus"


def test_lists_say_what_is_next(office: CheckingClient) -> None:
    reference = planned(office)
    page = office.get("/meetings")
    row = next(one for one in page.select("#coming tbody tr") if reference in one.text)
    assert "Freigabe der Tagesordnung fehlt" in row.text
    assert "Einladung absenden spätestens am 31.12.2026" in row.text
    page = office.get(f"/meetings/{reference}")
    assert [one.text for one in page.select("#steps .kern-task-list__title .kern-number")] == ["1", "2", "3", "4", "5"]
    assert "Ladungsfrist" in page.select_one("#deadlines").text  # type: ignore[union-attr]


def test_only_bodies_with_rules_are_held_to_their_days(office: CheckingClient) -> None:
    with in_app(office.app):
        meetings.body("exchange", "runde")
        soon = meetings.meeting("runde", NOW + timedelta(days=3))
        steering = meetings.meeting(begins=NOW + timedelta(days=3))
    page = office.get("/meetings")
    lines = {line.split()[0]: line for line in rows(page, "#coming")}
    assert "Einladung absenden" in lines[soon] and "überfällig" not in lines[soon]
    assert "überfällig seit" in lines[steering]


def test_minutes_that_were_sent_wait_for_objections(office: CheckingClient) -> None:
    with in_app(office.app):
        reference = minutes.held_meeting(begins=NOW - timedelta(days=30))
        minutes.begun(reference)
        with meetings.at_work(reference) as (session, _actor, _meeting):
            written = minutes.minutes_in(session, reference)
            written.state, written.objections_until = "sent", NOW.date()
    (line,) = rows(office.get("/meetings"), "#past")
    assert "versandt" in line and "Einwendungen bis 23.11.2026" in line and "zu versenden" not in line


def test_the_plan_of_a_year(office: CheckingClient) -> None:
    reference = planned(office)
    page = office.get("/meetings?year=2027")
    january = page.select_one("#month-1").parent  # type: ignore[union-attr]
    assert january is not None
    assert reference in january.text
    assert "Neujahr" in january.text
    assert "Weihnachtsferien" in january.text
    assert "Lenkungsgruppe KIM" in page.select_one(".kern-alert--warning").text  # type: ignore[union-attr]
    for odd in ("?year=999999", "?year=-1", "?year=x", "?before=x", "?before=2027-01-01"):
        office.get(f"/meetings{odd}")


def test_members_see_their_meetings_from_dispatch_on(office: CheckingClient) -> None:
    reference = planned(office)
    member = CheckingClient(office.app)
    member.sign_in(MEMBER)
    assert reference not in member.get("/meetings").text
    member.get(f"/meetings/{reference}", status=404)
    with in_app(office.app), at_work(reference) as (_session, _actor, meeting):
        meeting.record.state, meeting.dispatched_at = "eingeladen", NOW
    assert reference in member.get("/meetings").text
    page = member.get(f"/meetings/{reference}")
    assert page.select_one("#history") is None
    assert page.select_one("a[href$='/move']") is None
    member.get(f"/meetings/{reference}/move", status=403)


def test_coordination_reads_steering_bodies_and_plans_others(office: CheckingClient) -> None:
    with in_app(office.app):
        meetings.body("working", "werkstatt")
    steering, working = planned(office), planned(office, "werkstatt")
    client = CheckingClient(office.app)
    client.sign_in(COORDINATOR)
    assert client.get(f"/meetings/{steering}").select_one("a[href$='/move']") is None
    client.get(f"/meetings/{steering}/move", status=403)
    assert client.get(f"/meetings/{working}").select_one("a[href$='/move']") is not None
    send(client, PLAN | {"meeting-kind": "room"}, status=422)


def test_a_meeting_leaves_the_page_of_records_and_the_inbox(office: CheckingClient) -> None:
    reference = planned(office)
    office.get(f"/records/{reference}", status=303)
    assert office.response is not None
    assert office.response.headers["Location"].endswith(f"/meetings/{reference}")
    assert reference not in office.get("/inbox").text


def test_calling_off_asks_and_keeps_the_reason(office: CheckingClient) -> None:
    reference = planned(office)
    page = office.get(f"/meetings/{reference}/cancel")
    office.submit(page, "main form.kf-confirm", {"why-reason": ""}, status=422)
    office.submit(page, "main form.kf-confirm", {"why-reason": "Zu wenig Punkte"})
    assert "Zu wenig Punkte" in office.follow().text


def test_rooms(office: CheckingClient) -> None:
    page = office.get("/meetings/rooms/new")
    office.submit(page, "main form.kf-form", {"room-name": ""}, status=422)
    office.submit(page, "main form.kf-form", {"room-name": "A 1.16", "room-places": "vierzig"}, status=422)
    office.submit(page, "main form.kf-form", {"room-name": "A 1.16", "room-places": "40", "room-access": "Aufzug"})
    assert "A 1.16" in office.follow().text
    office.submit(page, "main form.kf-form", {"room-name": "A 1.16"}, status=422)
    assert "A 1.16 (40 Plätze)" in office.get("/meetings/new").text


def test_lists_take_the_same_number_of_statements(office: CheckingClient) -> None:
    def count() -> int:
        with statements_of(office.app) as sent:
            office.get("/meetings")
        return len(sent)

    planned(office)
    count()  # definitions are read once
    few = count()
    for week in range(1, 6):
        planned(office, begins=BEGINS + timedelta(weeks=week))
    assert count() == few
