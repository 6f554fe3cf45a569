"""Pages of bodies: who sees how much, one's own first, seats and functions entered by form, people, the end of a body."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Body, Invitee, Meeting, Person, Record, SeatHolder
from kimforms.services.unit_of_work import unit_of_work

from ..support import meetings
from ..support.bodies import EXCHANGE, STEERING, WORKING, body_in, person_in, places, seat_in
from ..support.chain import STEERING as TO_STEERING
from ..support.chain import change, decide, gathered, joined_with, proposed, reconstruct
from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.meetings import MEMBER
from ..support.queries import statements_of
from ..support.records import ADVISER, CASE_MANAGER, COORDINATOR, ELSEWHERE, OFFICE

TODAY = date(2026, 11, 23)
CONTACT = "renate.lindner@rsk.example"
FORM = "main form.kf-form"


def text_of(page: Any) -> str:
    return " ".join(page.select_one("main").get_text(" ").split())


def as_(client: CheckingClient, email: str) -> CheckingClient:
    client.sign_in(email)
    return client


def find_seat(client: CheckingClient, **named: Any) -> int:
    with in_app(client.app):
        return seat_in(db.session(), named.pop("slug", STEERING), **named).id


def find_person(client: CheckingClient, name: str) -> int:
    with in_app(client.app):
        return person_in(db.session(), name).id


def invited(slug: str, name: str, answer: str = "none") -> str:
    """A meeting that went out, with one invitee; returns its reference."""
    reference = meetings.meeting(slug)
    with unit_of_work() as session:
        meeting = session.scalars(select(Meeting).join(Record).where(Record.reference == reference)).one()
        meeting.record.state, meeting.dispatched_at = "eingeladen", NOW
        session.add(Invitee(meeting_id=meeting.record_id, person=person_in(session, name), answer=answer))
    return reference


def test_the_list_says_formality_rhythm_and_what_is_missing(client: CheckingClient) -> None:
    page = as_(client, OFFICE).get("/bodies")
    assert [one.get_text(" ").split(" ")[0] for one in page.select("#body-list h3")] == [
        "Steuerung",
        "Arbeitsgruppen",
        "Austausch",
    ]
    said = text_of(page)
    assert "Das Konzept verlangt mindestens zwei Sitzungen im Jahr: keine ist geplant." in said
    assert "tagt nicht hier" in said
    assert "Konzeptarbeitsgruppe „Wohnen“" not in said, "ended bodies only when asked for"
    assert "Interner KIM-Jour-fixe der Stadt Troisdorf" not in said, "another controller's"
    ended = client.get("/bodies?only=ended").select_one("#body-list").get_text(" ")
    assert "Konzeptarbeitsgruppe „Wohnen“" in ended
    assert "Lenkungsgruppe KIM" not in ended


def test_filters_are_an_address_and_htmx_gets_the_list_alone(client: CheckingClient) -> None:
    as_(client, COORDINATOR)
    found = client.get("/bodies?only=overdue")
    assert 0 < len(found.select("#body-list tbody tr")) <= 9
    fragment = client.get("/bodies?q=delfin", htmx=True)
    assert [one.get_text() for one in fragment.select("tbody th a")] == ["Projektarbeitsgruppe DELFIN 4"]
    assert "passt zu diesen Filtern" in text_of(client.get("/bodies?q=gibt-es-nicht&formality=x"))


def test_a_planned_meeting_ends_the_warning(client: CheckingClient) -> None:
    with in_app(client.app):
        for month in (5, 6):
            meetings.meeting(STEERING, NOW.replace(month=month), items=0)
    said = text_of(as_(client, OFFICE).get("/bodies?formality=steering"))
    assert "Das Konzept verlangt" not in said


def test_members_see_their_bodies_with_their_answer_first(client: CheckingClient) -> None:
    assert "Zurzeit steht keine Sitzung an." in as_(client, MEMBER).get("/bodies").select_one("#own").text  # type: ignore[union-attr]
    with in_app(client.app):
        reference = invited(STEERING, "Wessel", "accepted")
        planned = meetings.meeting(STEERING, NOW + timedelta(days=90))
    page = as_(client, MEMBER).get("/bodies")
    own = " ".join(page.select_one("#own").get_text(" ").split())
    assert "Lenkungsgruppe KIM" in own
    assert reference in own
    assert "zugesagt" in own
    assert planned not in text_of(page), "not sent yet"
    assert page.select_one(f"#own a[href$='/meetings/{reference}']") is not None


def test_members_see_names_and_functions_of_their_own_body_but_no_contacts(client: CheckingClient) -> None:
    page = as_(client, MEMBER).get(f"/bodies/{STEERING}")
    said = text_of(page)
    for there in (
        "Renate Lindner",
        "Leiterin des Kommunalen Integrationszentrums",
        "Petra Sonntag",
        "Vorsitz: Sabine Overath",
    ):
        assert there in said
    for private in (CONTACT, "Kaiser-Wilhelm-Platz", "nur Post", "Neuer Sitz", "Rhythmus verlangt"):
        assert private not in said
    assert not page.select("main a[href*='/persons/']")
    other = text_of(client.get(f"/bodies/{WORKING}"))
    assert "Sprachförderangebote" in other
    assert "Kolvenbach" not in other


@pytest.mark.parametrize("email", [ADVISER, CASE_MANAGER])
def test_advisers_see_what_a_body_is_for_and_nobody_in_it(client: CheckingClient, email: str) -> None:
    with in_app(client.app):
        invited(STEERING, "Wessel")
    as_(client, email)
    for page in (client.get("/bodies"), client.get(f"/bodies/{STEERING}")):
        said = text_of(page)
        assert "mindestens zweimal im Jahr" in said
        for hidden in ("Lindner", "Overath", "LG-2027", "verlangt", CONTACT):
            assert hidden not in said
    for closed in ("/bodies/persons", "/bodies/new", f"/bodies/{STEERING}/edit", f"/bodies/{STEERING}/seats/new"):
        client.get(closed, status=403)


def test_another_controllers_bodies_do_not_exist(client: CheckingClient) -> None:
    as_(client, ELSEWHERE).get(f"/bodies/{STEERING}", status=404)
    client.get(f"/bodies/{STEERING}/edit", status=404)
    client.get("/bodies/jour-fixe-troisdorf")
    assert client.get("/bodies/persons").select("#person-list tbody tr") == []
    client.get(f"/bodies/persons/{find_person(client, 'Lindner')}", status=404)


def test_coordination_works_for_groups_and_not_for_the_steering_group(client: CheckingClient) -> None:
    as_(client, COORDINATOR)
    page = client.get(f"/bodies/{STEERING}")
    assert "Renate Lindner" in text_of(page)
    assert not page.select("main a[href*='/seats/']")
    seat, person = find_seat(client, organisation="rsk-ki"), find_person(client, "Lindner")
    for closed in ("edit", "standard-agenda", "end", "functions", "seats/new", f"seats/{seat}/place"):
        client.get(f"/bodies/{STEERING}/{closed}", status=403)
    client.get(f"/bodies/persons/{person}")
    client.get(f"/bodies/persons/{person}/edit", status=403)
    client.get(f"/bodies/{WORKING}/seats/new")


def test_a_seat_is_refilled_and_everybody_can_tell_who_held_it_when(client: CheckingClient) -> None:
    as_(client, OFFICE)
    seat, fresh = find_seat(client, organisation="paritaet"), find_person(client, "Peters")
    page = client.get(f"/bodies/{STEERING}/seats/{seat}/place")
    client.submit(page, FORM, {"person": str(fresh), "valid_from": "01.01.2027", "replace": "y"})
    said = text_of(client.follow())
    assert "Der Sitz ist besetzt." in said
    with in_app(client.app):
        held = {
            day: next(one for one in places(STEERING, day) if one.seat.id == seat).person
            for day in (date(2026, 12, 31), date(2027, 1, 1))
        }
        assert [one.last_name for one in held.values() if one] == ["Haddad", "Peters"]
    assert "Sonja Peters: Sitz" in said
    assert "01.01.2027 bis auf Weiteres" in said


def test_what_does_not_fit_is_said_beside_the_field(client: CheckingClient) -> None:
    as_(client, OFFICE)
    seat, person = find_seat(client, organisation="paritaet"), find_person(client, "Peters")
    path = f"/bodies/{STEERING}/seats/{seat}/place"
    page = client.submit(client.get(path), FORM, {"person": str(person), "valid_from": "gestern"}, status=422)
    assert page.select_one("#valid_from")["value"] == "gestern"
    page = client.submit(client.get(path), FORM, {"valid_from": "01.12.2026"}, status=422)
    assert "Wählen Sie eine Person aus der Liste." in text_of(page)
    values = {"person": str(person), "valid_from": "01.12.2026"}
    page = client.submit(client.get(path), FORM, {**values, "replace": []}, status=422)
    assert "Samira Haddad hat diesen Sitz ab dem 01.01.2026. Die Zeiten überschneiden sich." in text_of(page)
    page = client.submit(client.get(f"{path}?lang=en"), FORM, {**values, "replace": []}, status=422)
    assert "The times overlap." in text_of(page)


def test_a_new_person_leads_back_to_the_seat(client: CheckingClient) -> None:
    as_(client, OFFICE)
    seat = find_seat(client, organisation="bamf")
    page = client.get(f"/bodies/{STEERING}/seats/{seat}/place?role=deputy")
    link = next(one["href"] for one in page.select("main a") if "Neue Person" in one.get_text())
    client.submit(
        client.get(link), FORM, {"first_name": "Ada", "last_name": "Neumann", "email": "ada.neumann@bamf.example"}
    )
    page = client.follow()
    assert "Neumann, Ada" in page.select_one("option[selected]").get_text()
    client.submit(page, FORM)
    assert "Ada Neumann" in text_of(client.follow())
    with in_app(client.app):
        place = next(one for one in places(STEERING, TODAY) if one.seat.id == seat)
        assert [one.last_name for one in place.deputies] == ["Neumann"]


def test_seats_functions_and_deputies_by_form(client: CheckingClient) -> None:
    as_(client, COORDINATOR)
    path = f"/bodies/{EXCHANGE}"
    client.submit(client.get(f"{path}/seats/new"), FORM, {"organisation": "vhs", "right": "guest"})
    seat = find_seat(client, slug=EXCHANGE, organisation="vhs")
    for name in ("Hoffmann", "Peters"):
        page = client.get(f"{path}/seats/{seat}/place?role=deputy")
        client.submit(page, FORM, {"person": str(find_person(client, name))})
    with in_app(client.app):
        second = db.session.scalars(select(SeatHolder.id).where(SeatHolder.seat_id == seat, SeatHolder.rank == 2)).one()
    client.post(f"{path}/holders/{second}/move", {"do": "up"})
    with in_app(client.app):
        place = next(one for one in places(EXCHANGE, TODAY) if one.seat.id == seat)
        assert [one.last_name for one in place.deputies] == ["Peters", "Hoffmann"]
    page = client.follow()
    assert text_of(page).index("Sonja Peters") < text_of(page).index("Daniel Hoffmann")
    client.submit(client.get(f"{path}/holders/{second}/end"), FORM, {"valid_until": "30.11.2026"})
    client.submit(client.get(f"{path}/seats/{seat}/edit"), FORM, {"right": "advisory"})
    changed = find_seat(client, slug=EXCHANGE, organisation="vhs")
    client.submit(client.get(f"{path}/seats/{changed}/end"), FORM)
    client.submit(
        client.get(f"{path}/functions"),
        FORM,
        {"function": "minute_taker", "person": str(find_person(client, "Hoffmann"))},
    )
    said = text_of(client.follow())
    assert "Protokollführung: Daniel Hoffmann" in said
    link = next(
        one["href"]
        for one in client.get(path).select("main a")
        if one["href"].endswith("/end") and "Protokoll" in one.get_text()
    )
    client.submit(client.get(link), FORM, {"valid_until": "22.12.2025"}, status=422)
    client.submit(client.get(link), FORM)


def test_two_seats_are_allowed_and_shown_as_a_warning(client: CheckingClient) -> None:
    as_(client, OFFICE)
    seat = find_seat(client, organisation="paritaet")
    page = client.get(f"/bodies/{STEERING}/seats/{seat}/place")
    client.submit(page, FORM, {"person": str(find_person(client, "Krämer")), "replace": "y"})
    assert "Elisabeth Krämer hat hier zwei Sitze" in text_of(client.follow())


def test_a_new_body_its_agenda_and_its_end(client: CheckingClient) -> None:
    as_(client, COORDINATOR)
    assert "steering" not in [one["value"] for one in client.get("/bodies/new").select("input[name=formality]")]
    client.submit(
        client.get("/bodies/new"),
        FORM,
        {"name": "Runde Öffentlichkeitsarbeit", "formality": "working", "mandate": "Flyer"},
    )
    client.follow()
    path = "/bodies/runde-oeffentlichkeitsarbeit"
    page = client.get(f"{path}/standard-agenda")
    first, second = (page.select_one(f"#title-{at}")["value"] for at in (0, 1))
    page = client.submit(page, FORM, status=200, button="button[value=down-0]")
    assert [page.select_one(f"#title-{at}")["value"] for at in (0, 1)] == [second, first]
    page = client.submit(page, FORM, status=200, button="button[value=add]")
    last = len(page.select("fieldset")) - 1
    client.submit(page, FORM, status=422, button="button.kern-btn--primary")
    page = client.submit(page, FORM, {f"title-{last}": "Flyer"}, button="button.kern-btn--primary")
    assert "Flyer (Beratung)" in text_of(client.follow())
    client.submit(client.get(f"{path}/edit"), FORM, {"name": "Runde Presse", "rhythm": "monatlich"})
    assert "monatlich" in text_of(client.follow())
    client.submit(client.get(f"{path}/end"), FORM, {"ends_on": "30.11.2026", "reason": "Auftrag erledigt"})
    assert "30.11.2026" in text_of(client.follow())
    client.submit(client.get("/bodies/new"), FORM, {"name": "Runde Presse"}, status=422)


def test_a_body_does_not_end_before_a_meeting_that_is_still_to_come(client: CheckingClient) -> None:
    with in_app(client.app):
        reference = meetings.meeting(WORKING)
    as_(client, COORDINATOR)
    page = client.submit(client.get(f"/bodies/{WORKING}/end"), FORM, status=422)
    assert reference in text_of(page)


def test_people_are_found_changed_and_merged(client: CheckingClient) -> None:
    as_(client, OFFICE)
    page = client.get("/bodies/persons?q=lindner")
    assert [one.get_text() for one in page.select("#person-list tbody th a")] == ["Renate Lindner"]
    keep = find_person(client, "Lindner")
    client.submit(client.get(f"/bodies/persons/{keep}/edit"), FORM, {"phone": "02241 000", "email": CONTACT})
    assert "02241 000" in text_of(client.follow())
    taken = {"last_name": "Lindner-Neu", "email": CONTACT}
    page = client.submit(client.get("/bodies/persons/new"), FORM, taken, status=422)
    assert "ist schon Renate Lindner eingetragen" in text_of(page)
    client.submit(client.get("/bodies/persons/new"), FORM, {"last_name": "Lindner-Neu", "postal_address": "Weg 1"})
    other = find_person(client, "Lindner-Neu")
    client.submit(client.get(f"/bodies/persons/{keep}/merge"), FORM, {"other": str(other)})
    client.get(f"/bodies/persons/{other}", status=404)
    page = client.post(f"/bodies/persons/{keep}/use", {"do": "deactivate"})
    assert "Beenden Sie diese erst" in text_of(client.follow())


def test_two_windows_do_not_overwrite_each_other(client: CheckingClient) -> None:
    as_(client, OFFICE)
    path = f"/bodies/persons/{find_person(client, 'Lindner')}/edit"
    first, second = client.get(path), client.get(path)
    client.submit(first, FORM, {"phone": "1"})
    page = client.submit(second, FORM, {"phone": "2"}, status=409)
    assert "Inzwischen hat jemand anderes diese Person geändert." in text_of(page)
    with in_app(client.app):
        assert person_in(db.session(), "Lindner").phone == "1"


def test_a_working_groups_record_and_body_point_at_each_other(client: CheckingClient) -> None:
    with in_app(client.app):
        theme = gathered()
        reconstruct(theme, TO_STEERING)
        decide(proposed(theme))
        group = joined_with(theme, "working_group")[-1]
        change(group, {"speaker": "Leitung der Beratungsstelle"})
        slug = db.session.scalars(select(Body.slug).where(Body.origin == "decision")).one()
    page = as_(client, COORDINATOR).get(f"/records/{group}")
    assert page.select_one(f"#body a[href$='/bodies/{slug}']") is not None
    page = client.get(f"/bodies/{slug}")
    assert page.select_one(f"main a[href$='/records/{group}']") is not None
    assert "Leitung der Beratungsstelle" in text_of(page)
    assert page.select_one("main a[href*='function=chair']") is not None


def test_pages_ask_the_same_number_of_questions_whatever_there_is(client: CheckingClient) -> None:
    as_(client, OFFICE)
    counts = []
    for _round in range(2):
        for path in ("/bodies", f"/bodies/{EXCHANGE}", "/bodies/persons"):
            client.get(path)
            with statements_of(client.app) as sent:
                client.get(path)
            counts.append((path, len(sent)))
        with in_app(client.app):
            for days in (30, 60, 90):
                meetings.meeting(EXCHANGE, NOW + timedelta(days=days), items=0)
            with unit_of_work() as session:
                seat = seat_in(session, EXCHANGE, organisation="kim-cm")
                for name in ("Peters", "Wolters", "Benali"):
                    person = person_in(session, name)
                    session.add(SeatHolder(seat=seat, person=person, role="deputy", valid_from=TODAY))
    assert counts[:3] == counts[3:]
    assert max(count for _path, count in counts) <= 26


def test_pages_in_english(client: CheckingClient) -> None:
    as_(client, OFFICE)
    person = find_person(client, "Lindner")
    for path in (
        "/bodies",
        f"/bodies/{STEERING}",
        "/bodies/persons",
        f"/bodies/persons/{person}",
        f"/bodies/{EXCHANGE}/standard-agenda",
    ):
        said = text_of(client.get(f"{path}?lang=en"))
        for german in ("Gremien", "Sitze", "Vertretung", "Übliche"):
            assert german not in said, (path, german)


def test_nobody_of_the_demonstration_is_a_real_person(client: CheckingClient) -> None:
    with in_app(client.app):
        assert all(one.email is None or one.email.endswith(".example") for one in db.session.scalars(select(Person)))
        assert body_in(db.session(), STEERING).formality == "steering"
