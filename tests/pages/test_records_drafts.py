"""Filling in a draft on its pages: a step at a time, with and without htmx, nothing lost, and what is open in sight."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup

from kimforms.extensions import db
from kimforms.services.catalogues import catalogues
from kimforms.services.records import editing

from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.drafts import CASE, FRAME, PAPER, begun, reconstruction, whole_reconstruction
from ..support.queries import statements_of
from ..support.records import ADVISER, COORDINATOR, ELSEWHERE, OFFICE, SECOND, stored, theme, work
from .test_records import words

FORM = "#answers-form"


def made(client: CheckingClient, **raw: Any) -> str:
    """A reconstruction in draft, with answers already saved."""
    with in_app(client.app):
        reference = reconstruction()
        if raw:
            fill(reference, raw)
        return reference


def fill(reference: str, raw: dict[str, Any]) -> None:
    with work(COORDINATOR, reference) as (session, person, record):
        editing.change_answers(
            session, person, NOW, record=record, raw=raw, row_version=None, catalogues=catalogues(session)
        )


def answers(client: CheckingClient, reference: str) -> dict[str, Any]:
    with in_app(client.app):
        return dict(stored(reference).answers)


def step(client: CheckingClient, reference: str, name: str) -> BeautifulSoup:
    return client.get(f"/records/{reference}/edit?step={name}")


def test_the_page_of_a_draft_says_what_is_open_and_leads_there(client):
    reference = made(client, **FRAME)
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{reference}")
    part = page.select_one("#open")
    assert "Noch offen: 9 von 12 nötigen Angaben." in words(part)
    tasks = [
        (words(one.select_one("a span:last-child")), words(one.select_one(".kern-badge"))) for one in part.select("li")
    ]
    assert tasks == [
        ("Rahmen", "vollständig"),
        ("Die Fälle", "1 offen"),
        ("Vergleich und Muster", "5 offen"),
        ("Ergebnis", "3 offen"),
    ]
    assert part.select("a")[1]["href"] == f"/records/{reference}/edit?step=b"
    assert "Der Entwurf ist noch nicht vollständig: 9 Angaben fehlen." in words(page.select_one("#deeds-not"))


def test_named_records_are_links_with_their_titles(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    named = client.get(f"/records/{reference}").select("#answers .kf-answer a")
    assert [words(one) for one in named] == ["TH-2026-0001 Wartezeiten", "IH-2026-0001 Lange Wartezeit auf Termine"]
    assert [one["href"] for one in named] == ["/records/TH-2026-0001", "/records/IH-2026-0001"]


def test_whoever_may_not_see_a_named_record_gets_no_title(client):
    with in_app(client.app):
        paper = begun("decision_paper", theme=theme("Sehr geheim"), **PAPER)
    client.sign_in(COORDINATOR)
    client.post(f"/records/{paper}/shares", {"share-organisation": "jobcenter", "share-until": "1.12.2026"})
    other = CheckingClient(client.app)
    other.sign_in("mitglied@jobcenter.example")
    page = other.get(f"/records/{paper}")
    assert "Sehr geheim" not in page.text
    assert "TH-2026-0001" in page.text
    assert page.select_one('a[href="/records/TH-2026-0001"]') is None


def test_filling_in_goes_on_where_something_is_open(client):
    reference = made(client, **FRAME)
    client.sign_in(COORDINATOR)
    client.get(f"/records/{reference}/edit", 303)
    assert client.response.headers["Location"].endswith("edit?step=b")
    client.get(f"/records/{reference}/edit?step=nowhere", 404)


def test_what_services_fill_is_shown_and_not_asked(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    page = step(client, reference, "a")
    shown = {
        words(one.select_one(".kern-label")): words(one.select_one(".kf-computed__value"))
        for one in page.select(".kf-computed")
    }
    assert shown["Nummer"] == reference
    assert shown["Thema"] == "TH-2026-0001 Wartezeiten"
    assert shown["Summe ähnlicher Fälle"] == "4"
    assert page.select('[name="nummer"], [name="cluster"], [name="meldungen"], [name="summe_faelle"]') == []
    client.submit(page, FORM, {**FRAME, "nummer": "FR-1999-0001", "summe_faelle": "1"})
    held = answers(client, reference)
    assert (held["nummer"], held["summe_faelle"], held["datum"]) == (reference, 4, "2026-11-12")


def test_before_a_decision_the_paper_says_that_it_will_be_determined(client):
    with in_app(client.app):
        paper = begun("decision_paper", **PAPER)
    client.sign_in(COORDINATOR)
    page = step(client, paper, "e")
    assert {words(one) for one in page.select(".kf-computed__value")} == {"wird ermittelt", "–"}
    assert page.select("main input[type=text], main textarea") == []


def test_saving_leads_to_the_next_step_or_back(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    client.submit(step(client, reference, "a"), FORM, {"datum": "12.11.2026", "_go": "next"})
    assert client.response.headers["Location"].endswith(f"/records/{reference}/edit?step=b")
    client.submit(step(client, reference, "a"), FORM, {"teilnehmende": "Wir", "_go": "show"})
    assert client.response.headers["Location"].endswith(f"/records/{reference}")
    held = answers(client, reference)
    assert (held["datum"], held["teilnehmende"]) == ("2026-11-12", "Wir")


def legends(page: BeautifulSoup) -> list[str]:
    return [words(one) for one in page.select(".kf-repeat__row > legend")]


def test_cases_and_their_stations_are_added_and_removed_without_scripts(client):
    reference = made(client, b=[CASE])
    client.sign_in(COORDINATOR)
    page = step(client, reference, "b")
    assert legends(page) == ["Fall A", "Station 1", "Station 2"]
    page = client.submit(page, FORM, {"b-0-ressourcen": "Ein Anruf", "_add:b-0-stationen": "1"}, status=200)
    assert legends(page) == ["Fall A", "Station 1", "Station 2", "Station 3"]
    assert page.select_one("[name=b-0-ressourcen]").text.strip() == "Ein Anruf"
    assert page.select_one('[name="_add:b-0-stationen"]')["formaction"].endswith("edit?step=b#b-0-stationen-3")
    page = client.submit(page, FORM, {"_add:b": "1"}, status=200)
    assert legends(page)[-2:] == ["Fall B", "Station 1"]
    page = client.submit(page, FORM, {"_remove:b-0-stationen": "0"}, status=200)
    assert page.select_one("[name=b-0-stationen-0-schritt]")["value"] == "Leistung eingestellt"
    assert answers(client, reference)["b"] == [{**CASE, "stationen": answers(client, reference)["b"][0]["stationen"]}]
    client.submit(page, FORM, {"b-1-ausgangslage": "Ein zweiter Fall"})
    held = answers(client, reference)["b"]
    assert [row.get("ressourcen") for row in held] == ["Ein Anruf", None]
    assert len(held[0]["stationen"]) == 1


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_questions_follow_the_answers_and_nothing_is_stored_yet(client, htmx):
    reference = made(client)
    client.sign_in(COORDINATOR)
    page = step(client, reference, "d")
    assert page.select_one("[name=grund_lg]") is None
    changed = client.submit(page, FORM, {"kurzfristig_loesbar": "nein", "_refresh": "1"}, status=200, htmx=htmx)
    assert changed.select_one("[name=grund_lg]") is not None
    assert (changed.select_one("h1") is None) == htmx
    assert "kurzfristig_loesbar" not in answers(client, reference)


def test_wrong_entries_are_named_with_case_and_station_and_kept(client):
    reference = made(client, b=[CASE])
    client.sign_in(COORDINATOR)
    page = step(client, reference, "b")
    page = client.submit(page, FORM, {"b-0-stationen-1-dauer_tage": "viele"}, status=422)
    summary = page.select_one(".kf-errors a")
    assert words(summary).startswith("Fall A, Station 2, Dauer in Tagen: Geben Sie")
    assert summary["href"] == "#b-0-stationen-1-dauer_tage"
    assert page.select_one("[name=b-0-stationen-1-dauer_tage]")["value"] == "viele"


@pytest.mark.parametrize("way", ["get", "post"])
def test_an_incomplete_draft_is_not_passed_on_and_each_gap_is_a_link(client, way):
    with in_app(client.app):
        raw = whole_reconstruction(b=[CASE, CASE, {"ausgangslage": "Angefangen"}])
        reference = reconstruction()
        fill(reference, raw)
    client.sign_in(COORDINATOR)
    address = f"/records/{reference}/actions/vorlegen"
    page = client.get(address, 409) if way == "get" else client.post(address, {}, status=409)
    gaps = [(words(one), one["href"]) for one in page.select("main .kf-list a")]
    assert gaps == [
        ("Fall C, Stationen im Ablauf", f"/records/{reference}/edit?step=b#b-2-stationen"),
        ("Fall C, Entscheidende Bruchstelle", f"/records/{reference}/edit?step=b#b-2-schluesselsituation"),
    ]
    there = step(client, reference, "b")
    assert all(there.select_one("#" + href.partition("#")[2]) is not None for _, href in gaps)
    with in_app(client.app):
        assert stored(reference).state == "entwurf"


def test_the_second_of_two_sees_both_versions_of_the_step_and_other_steps_stay(client):
    reference = made(client)
    other = CheckingClient(client.app)
    client.sign_in(COORDINATOR)
    other.sign_in(SECOND)
    mine, theirs = step(client, reference, "c"), step(other, reference, "a")
    other.submit(theirs, FORM, FRAME)
    page = client.submit(mine, FORM, {"gemeinsam": "Mein Text"}, status=409)
    assert page.select_one("[name=gemeinsam]").text.strip() == "Mein Text"
    client.submit(page, FORM)
    held = answers(client, reference)
    assert (held["gemeinsam"], held["teilnehmende"]) == ("Mein Text", FRAME["teilnehmende"])


@pytest.mark.parametrize(("who", "status"), [(OFFICE, 403), (ADVISER, 404), (ELSEWHERE, 404)])
def test_nobody_else_fills_it_in(client, who, status):
    reference = made(client)
    client.sign_in(who)
    client.get(f"/records/{reference}/edit?step=a", status)
    client.post(f"/records/{reference}/edit?step=a", {"datum": "1.11.2026"}, status=status)
    assert "datum" not in answers(client, reference)


def test_the_office_sees_no_list_of_gaps_but_the_comparison(client):
    reference = made(client, b=[CASE, CASE])
    client.sign_in(OFFICE)
    page = client.get(f"/records/{reference}")
    assert page.select_one("#open") is None
    link = page.find("a", string=lambda text: text and "Fälle vergleichen" in text) or page.select_one(
        'a[href$="/comparison"]'
    )
    table = client.get(link["href"]).select_one(".kf-compare table")
    assert [words(one) for one in table.select("thead th")] == ["Merkmal", "Fall A", "Fall B"]
    assert {one["scope"] for one in table.select("thead th")} == {"col"}
    assert [words(one) for one in table.select("tbody th[scope=row]")] == [
        "Ausgangslage, anonym", "Stationen im Ablauf", "Brüche", "Entscheidende Bruchstelle", "Was hat funktioniert?",
    ]  # fmt: skip
    assert len(table.select("ol")) == 2


def test_the_comparison_is_for_those_who_read_the_record_and_only_where_there_is_one(client):
    reference = made(client, b=[CASE])
    with in_app(client.app):
        other = theme()
    client.get(f"/records/{reference}/comparison", 303)
    client.sign_in(ADVISER)
    client.get(f"/records/{reference}/comparison", 404)
    client.sign_in(COORDINATOR)
    client.get(f"/records/{other}/comparison", 404)


def test_a_long_list_can_be_narrowed_and_names_what_is_chosen(client):
    with in_app(client.app):
        paper = begun("decision_paper", **{**PAPER, "art": "einrichtung_pag", "pag_akteure": ["jobcenter", "mo"]})
        chosen = [
            one.label for one in catalogues(db.session()).options("organisations") if one.value in ("jobcenter", "mo")
        ]
    client.sign_in(COORDINATOR)
    page = step(client, paper, "c")
    boxes = page.select('input[name="pag_akteure"]')
    assert len(boxes) == 92
    assert page.select_one("[data-filter]")["data-filter"] == boxes[0].find_parent(id=True)["id"]
    assert any(words(one) == "Ausgewählt: " + ", ".join(chosen) for one in page.select(".kern-hint"))


def test_the_number_of_questions_to_the_database_is_fixed(client):
    small, large = made(client), made(client, b=[CASE] * 8)
    client.sign_in(COORDINATOR)
    counted = []
    for reference in (small, large):
        for address in (f"/records/{reference}", f"/records/{reference}/edit?step=b"):
            client.get(address)
            with statements_of(client.app) as sent:
                client.get(address)
            counted.append(len(sent))
    assert counted[:2] == counted[2:]
