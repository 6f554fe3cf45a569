"""Pages of the directory: list with filters, an entry, paper; looking after entries; the link in a mail to a service."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from kimforms.services.advice import asking
from kimforms.services.unit_of_work import unit_of_work

from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.directory import EBH_RSK, EBH_TROISDORF, MAIL, entry, stored_entry, token
from ..support.queries import statements_of
from ..support.records import ADVISER, COORDINATOR, OTHER_ADVISER

TODAY = NOW.date()
TITLES = "#services-results article h3"
HTML = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def titles(page):
    return [one.get_text(strip=True) for one in page.select(TITLES) if one.get_text(strip=True).startswith("Stelle")]


@pytest.fixture
def several(client):
    with in_app(client.app):
        entry("Stelle A", confirmed=TODAY, municipalities=("siegburg",), accessible=True, hours="Mo 9 bis 12 Uhr")
        entry("Stelle B", languages=("de", "ar"), fields=("youth",), accessible=False)
        entry("Stelle C", confirmed=TODAY - timedelta(days=300), municipalities=("troisdorf",))
    return client


def asked(client, **more):
    """An entry whose service was just asked, and the address of its link."""
    with in_app(client.app):
        slug = entry(**more)
        asking.run(unit_of_work, NOW)
        return slug, f"/r/{token(slug)}"


@pytest.mark.parametrize("htmx", [False, True])
def test_the_directory_marks_what_nobody_confirmed_and_hides_nothing(several, htmx):
    page = several.get("/services", htmx=htmx)
    assert titles(page) == ["Stelle A", "Stelle B", "Stelle C"]
    cards = {one.select_one("h3").get_text(strip=True): one.get_text(" ", strip=True) for one in page.select("article")}
    assert "zuletzt bestätigt am 23.11.2026" in cards["Stelle A"] and "länger nicht" not in cards["Stelle A"]
    assert "noch nicht bestätigt" in cards["Stelle B"] and "länger nicht bestätigt" in cards["Stelle C"]
    assert "Arabisch" in cards["Stelle B"] and "Mo 9 bis 12 Uhr" in cards["Stelle A"]
    assert (page.select_one("h1") is None) == htmx


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"municipality": "troisdorf"}, ["Stelle B", "Stelle C"]), ({"language": "ar"}, ["Stelle B"]),
        ({"field": "youth"}, ["Stelle B"]), ({"accessible": "yes"}, ["Stelle A"]),
        ({"municipality": "siegburg", "language": "tr"}, ["Stelle A"]),
        ({"municipality": "koeln", "language": HTML}, ["Stelle A", "Stelle B", "Stelle C"]),
    ],
)  # fmt: skip
def test_filters_stand_in_the_address(several, query, found):
    assert titles(several.get("/services", query_string=query)) == found


def test_the_page_names_languages_in_english_too(several):
    page = several.get("/services", query_string={"lang": "en"})
    assert "Turkish" in page.text and "Türkisch" not in page.text


def test_the_number_of_queries_does_not_grow_with_the_entries(client):
    with in_app(client.app):
        entry("Stelle 0", confirmed=TODAY)
    counts = []
    for more in (0, 12):
        with in_app(client.app):
            for number in range(more):
                entry(f"Stelle {number}", confirmed=TODAY)
        client.get("/services")
        with statements_of(client.app) as sent:
            client.get("/services")
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 4, counts


def test_the_list_is_there_on_paper(several):
    answer = several.http.get("/services/list.pdf?language=ar")
    assert answer.mimetype == "application/pdf"
    text = " ".join(one.extract_text() for one in PdfReader(BytesIO(answer.data)).pages)
    assert "Stelle B" in text and "Stelle A" not in text and "noch nicht bestätigt" in text


def test_what_people_type_is_never_markup(client):
    with in_app(client.app):
        slug = entry(f"Stelle {HTML}"[:200], hours=HTML, target_group=HTML, carrier=HTML, town_hall_hours=HTML)
    for path in ("/services", f"/services/{slug}"):
        page = client.get(path)
        assert HTML in page.text and not page.select("main script") and not page.select("main img")


@pytest.mark.parametrize("slug", ["gibt-es-nicht", "..", "%00", "x' OR 1=1 --", "a" * 300])
def test_a_guessed_entry_does_not_exist(client, slug):
    assert client.http.get(f"/services/{slug}").status_code in (404, 400, 308)


def test_who_sees_what_of_an_entry(client):
    with in_app(client.app):
        slug = entry()
    for email, buttons in (
        (None, 0),
        (OTHER_ADVISER, 0),
        (EBH_RSK, 0),
        (COORDINATOR, 0),
        (ADVISER, 1),
        (EBH_TROISDORF, 1),
    ):
        visitor = CheckingClient(client.app)
        if email:
            visitor.sign_in(email)
        assert len(visitor.get(f"/services/{slug}").select("#care")) == buttons, email
        if email:
            visitor.get(f"/services/{slug}/edit", status=200 if buttons else 403)


def test_an_adviser_edits_and_confirms_the_own_entry(client):
    with in_app(client.app):
        slug = entry()
    client.sign_in(ADVISER)
    page = client.get(f"/services/{slug}/edit")
    assert not page.select("[name=in_letters], [name=organisation], [name=valid_until]")
    client.submit(page, "main form", {"phone": "02241 55", "appointment_needed": "yes"})
    client.submit(client.get(f"/services/{slug}"), f"form[action='/services/{slug}/deeds']")
    with in_app(client.app):
        row = stored_entry(slug)
        assert (row.phone, row.appointment_needed, row.confirmed_on) == ("02241 55", True, TODAY)


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(client):
    client.sign_in(EBH_TROISDORF)
    page = client.submit(client.get("/services/new"), "main form", {"name": "", "postcode": "5", "phone": "02241 77",
                                                                    "valid_until": "31.02.2027"}, status=422)  # fmt: skip
    assert page.select_one("[name=phone]")["value"] == "02241 77"
    assert page.title.text.startswith("Fehler")
    page = client.submit(page, "main form", {"valid_until": ""}, status=422)
    assert {"name", "postcode"} <= {one["href"].lstrip("#") for one in page.select(".kern-alert a[href^='#']")}


def test_staff_enter_end_and_put_back(client):
    client.sign_in(EBH_TROISDORF)
    client.submit(client.get("/services/new"), "main form", {"name": "Neue Stelle", "languages": ["de", "uk"]})
    assert "Ukrainisch" in client.get("/services/neue-stelle").text
    page = client.submit(client.get("/services/neue-stelle/end"), "main form", {"reason": ""}, status=422)
    client.submit(page, "main form", {"reason": "geschlossen"})
    CheckingClient(client.app).get("/services/neue-stelle", status=404)
    deeds = "form[action='/services/neue-stelle/deeds']"
    client.submit(client.get("/services/neue-stelle"), deeds, {"deed": "restore"})
    CheckingClient(client.app).get("/services/neue-stelle")


def test_a_merged_entry_points_to_where_it_went(client):
    with in_app(client.app):
        old, new = entry("Alter Dienst"), entry("Neuer Dienst", organisation="diakonie")
    client.sign_in(EBH_TROISDORF)
    client.submit(client.get(f"/services/{old}/merge"), "main form", {"into": new})
    page = CheckingClient(client.app).get(f"/services/{old}", status=410)
    assert page.select_one("main a[href$='/services/neuer-dienst']")
    with in_app(client.app):
        assert stored_entry(old).merged_into_id == stored_entry(new).id


def test_staff_see_what_nobody_confirmed_first(several):
    several.sign_in(EBH_TROISDORF)
    rows = [one.get_text(" ", strip=True) for one in several.get("/services/care").select("tbody tr")]
    own = [one for one in rows if one.startswith("Stelle")]
    assert [one[:8] for one in own] == ["Stelle B", "Stelle C", "Stelle A"] and "überfällig" in own[0]


# --- the link in a mail ----------------------------------------------------------------------------------------------


def test_looking_changes_nothing_and_one_button_confirms(client):
    slug, address = asked(client)
    for _ in range(2):
        page = client.get(address)
    assert "Beratungsstelle Am Markt" in page.text
    with in_app(client.app):
        assert stored_entry(slug).confirmed_on is None
    client.submit(page, f"form[action='{address}']")
    with in_app(client.app):
        assert stored_entry(slug).confirmed_on == TODAY
    assert "Vielen Dank für Ihre Antwort" in client.get(address).text


def test_a_link_used_twice_confirms_once(client):
    slug, address = asked(client)
    page = client.get(address)
    client.submit(page, f"form[action='{address}']")
    with in_app(client.app), unit_of_work():
        stored_entry(slug)
    with in_app(client.app), unit_of_work() as session:
        session.merge(stored_entry(slug)).confirmed_on = TODAY - timedelta(days=5)
    client.submit(page, f"form[action='{address}']")
    with in_app(client.app):
        assert stored_entry(slug).confirmed_on == TODAY - timedelta(days=5), "the second press says nothing new"


def test_what_is_wrong_is_corrected_without_an_account(client):
    slug, address = asked(client)
    page = client.get(f"{address}?correct=1")
    assert not page.select("[name=email], [name=name], [name=in_letters], [name=organisation]")
    page = client.submit(page, "main form", {"postcode": "abc"}, status=422)
    client.submit(page, "main form", {"postcode": "53840", "town": "Troisdorf", "hours": HTML})
    with in_app(client.app):
        row = stored_entry(slug)
        assert (row.postcode, row.hours, row.confirmed_on, row.email) == ("53840", HTML, TODAY, MAIL)


def test_smuggled_fields_are_not_taken_over(client):
    slug, address = asked(client)
    data = {"csrf_token": client.csrf_token(), "deed": "correct", "name": "Gekapert", "email": "x@fremd.example",
            "in_letters": "1", "organisation": "diakonie", "phone": "1"}  # fmt: skip
    assert client.http.post(address, data=data).status_code == 303
    with in_app(client.app):
        row = stored_entry(slug)
        assert (row.name, row.email, row.in_letters, row.organisation) == (
            "Beratungsstelle Am Markt",
            MAIL,
            False,
            "caritas",
        )


def test_forged_and_expired_links_open_nothing(client):
    _slug, address = asked(client)
    number, _, secret = address.removeprefix("/r/").partition("-")
    for forged in (f"/r/{number}-{'A' * 43}", f"/r/{int(number) + 1}-{secret}", "/r/x"):
        client.get(forged, status=410)
    client.app.config["NOW"] = lambda: NOW + asking.LINK_LIVES
    try:
        client.get(address, status=410)
    finally:
        client.app.config["NOW"] = lambda: NOW


def test_the_link_of_a_merged_service_opens_nothing(client):
    slug, address = asked(client)
    with in_app(client.app):
        entry("Neuer Dienst", organisation="diakonie")
    client.sign_in(EBH_TROISDORF)
    client.submit(client.get(f"/services/{slug}/merge"), "main form", {"into": "neuer-dienst"})
    client.get(address, status=410)
