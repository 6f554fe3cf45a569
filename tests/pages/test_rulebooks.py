"""The pages of a body's rules of procedure."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.forms.rulebook_words import SENTENCES
from kimforms.models import Rulebook

from ..support import meetings
from ..support.client import form_values
from ..support.meetings import MEMBER, SLUG
from ..support.queries import statements_of
from ..support.records import ADVISER, COORDINATOR, ELSEWHERE, OFFICE

PAGE, NEW = f"/bodies/{SLUG}/rulebook", f"/bodies/{SLUG}/rulebook/new"
ENTERED = {"rulebook-valid_from": "01.12.2026", "rulebook-title": "Geschäftsordnung vom 22.02.2024"}


@pytest.fixture
def house(client):
    with client.app.app_context():
        meetings.body()
    return client


@pytest.fixture
def office(house):
    house.sign_in(OFFICE)
    return house


def stored(client):
    with client.app.app_context():
        return db.session.scalars(select(Rulebook).order_by(Rulebook.number)).all()


@pytest.mark.parametrize(
    ("who", "page", "new"),
    [
        (OFFICE, 200, 200),
        (COORDINATOR, 200, 403),
        (MEMBER, 200, 403),
        (ADVISER, 404, 403),
        ("casemanagement@siegburg.example", 404, 403),
        (ELSEWHERE, 404, 403),
        ("einbuergerung@troisdorf.example", 403, 403),
        ("admin@rsk.example", 403, 403),
        (None, 303, 303),
    ],
)
def test_who_sees_and_who_changes_the_rules(house, who, page, new):
    if who:
        house.sign_in(who)
    house.get(PAGE, status=page)
    house.get(NEW, status=new)
    house.post(NEW, data=ENTERED, status={200: 200}.get(new, new))
    assert stored(house) == []
    shown = house.get(PAGE, status=page) if page == 200 else None
    if shown:
        assert (shown.select_one(f"a[href$='{NEW}']") is not None) is (new == 200)


def test_a_body_that_does_not_exist_is_not_told_apart(office):
    office.get("/bodies/gibt-es-nicht/rulebook", status=404)
    office.get("/bodies/gibt-es-nicht/rulebook/new", status=404)


def test_without_rules_of_its_own_everything_is_a_default(office):
    page = office.get(PAGE)
    assert "Das Gremium hat noch nichts festgelegt" in page.text
    items = page.select("#rules .kern-description-list-item")
    assert len(items) == 34
    assert all(one.select_one(".kern-badge").text.strip() == "Vorgabe" for one in items)
    assert (
        "mindestens 14 Kalendertage; beide Tage zählen nicht mit." in page.select_one("#rule-notice_period_days").text
    )
    assert "Konzept, Kap. 2.5" in page.select_one("#rule-min_meetings_per_year").text
    assert "Noch keine." in page.select_one("#versions").text


def test_the_deadlines_of_a_day_are_worked_out_and_explained(office):
    page = office.submit(office.get(PAGE), "#deadlines form", {"day": "12.03.2027"}, status=200)
    rows = {row.th.text.strip(): [cell.text.strip() for cell in row.select("td")] for row in page.select("tbody tr")}
    assert rows == {
        "Anträge zur Tagesordnung": ["19.02.2027", "19.02.2027"],
        "Einladung per E-Mail": ["24.02.2027", "24.02.2027"],
        "Einladung per Post": ["20.02.2027", "19.02.2027"],
        "Einladung per E-Mail mit verkürzter Ladungsfrist": ["07.03.2027", "05.03.2027"],
        "Versand der Niederschrift": ["09.04.2027", "09.04.2027"],
    }
    told = page.select_one("#deadlines").text
    assert "Sitzungstag Freitag, 12.03.2027; 14 Kalendertage dazwischen" in told
    assert "nach Ladungsfrist: 14 Kalendertage (Vorgabe, vom Gremium noch festzulegen)" in told


@pytest.mark.parametrize("day", ["", "bald", "31.02.2027", "12.03.10000", "0"])
def test_a_day_that_is_none_is_refused(office, day):
    page = office.get(PAGE, query_string={"day": day})
    assert page.select("tbody tr") == [] or not day
    assert not page.select("#deadlines table")
    if day:
        assert page.select_one("[data-focus]") is not None
        assert page.select_one("#day")["value"] == day


def test_a_new_version_is_looked_at_first_and_then_put_in_force(office):
    with office.app.app_context():
        planned = meetings.meeting()
    entered = ENTERED | {
        "rulebook-notice_period_days": "21",
        "rulebook-majority": "members",
        "rulebook-public": "no",
        "rulebook-minutes_signed_by": ["chair"],
    }
    page = office.submit(office.get(NEW), "main form", entered, status=200, button="[value=preview]")
    told = page.select_one("main").text
    assert "Ladungsfrist: bisher 14 Kalendertage (Vorgabe), künftig 21 Kalendertage." in told
    assert "Öffentlichkeit der Sitzungen: bisher nein (Vorgabe), künftig nein." in told
    assert "Unterschriften der Niederschrift: bisher Sitzungsleitung; Protokollführung (Vorgabe)" in told
    assert planned in told
    assert "Einladung per E-Mail: bisher bis 03.01.2027, künftig bis 27.12.2026" in told
    assert "die Frist für Anträge ist nicht länger als die Ladungsfrist" in told
    assert stored(office) == []
    office.submit(page, "main form", status=303, button="[value=adopt]")
    page = office.follow()
    assert "Geschäftsordnung vom 22.02.2024, Fassung 1" not in page.select_one("h1").text
    assert [one.values for one in stored(office)] == [
        {"public": False, "notice_period_days": 21, "majority": "members", "minutes_signed_by": ["chair"]}
    ]
    assert "gilt künftig" in page.select_one("#versions").text
    page = office.get(PAGE, query_string={"day": "12.03.2027"})
    assert "17.02.2027" in page.select_one("#deadlines table").text


def test_the_form_of_the_next_version_starts_from_the_last_one(office):
    entered = ENTERED | {
        "rulebook-quorum_minimum": "5",
        "rulebook-tie_means": "postponed",
        "rulebook-minutes_contents": ["votes"],
    }
    office.post(NEW, data=_all(office) | entered | {"do": "adopt"}, status=303)
    page = office.get(NEW)
    assert page.select_one("[name=rulebook-quorum_minimum]")["value"] == "5"
    assert page.select_one("[name=rulebook-tie_means] option[selected]")["value"] == "postponed"
    assert [one["value"] for one in page.select("[name=rulebook-minutes_contents][checked]")] == ["votes"]
    assert page.select_one("[name=rulebook-majority] option[selected]")["value"] == "-"
    again = _all(office) | ENTERED | {"rulebook-valid_from": "01.01.2027", "do": "adopt"}
    page = office.post(NEW, data=again, status=422)
    assert "dieselben wie in Fassung 1" in page.select_one("[data-focus]").text


def _all(client):
    """The present values of the form, as a browser would send them."""
    return form_values(client.get(NEW).select_one("main form"))


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"rulebook-valid_from": ""}, "valid_from", "Geben Sie den Tag an"),
        ({"rulebook-valid_from": "morgen"}, "valid_from", "TT.MM.JJJJ"),
        ({"rulebook-title": ""}, "title", "wie diese Fassung heißt"),
        ({"rulebook-title": "x" * 201}, "title", "höchstens 200"),
        ({"rulebook-notice_period_days": "zwei"}, "notice_period_days", "ganze Zahl"),
        ({"rulebook-notice_period_days": "-3"}, "notice_period_days", "ganze Zahl"),
        ({"rulebook-notice_period_days": "1000"}, "notice_period_days", "von 0 bis 366"),
        ({"rulebook-quorum_minimum": "0"}, "quorum_minimum", "von 1 bis 366"),
        ({"rulebook-majority": "most"}, "majority", "steht nicht zur Wahl"),
        ({"rulebook-public": "perhaps"}, "public", "Ja oder Nein"),
        ({"rulebook-minutes_signed_by": ["-", "chair"]}, "minutes_signed_by", "entweder die Vorgabe oder"),
        ({"rulebook-minutes_signed_by": ["mayor"]}, "minutes_signed_by", "steht nicht zur Wahl"),
    ],
)
@pytest.mark.parametrize("do", ["preview", "adopt"])
def test_a_mistake_is_named_and_nothing_is_lost(office, fields, field, sentence, do):
    data = _all(office) | ENTERED | {"rulebook-objection_period_days": "10", "do": do} | fields
    page = office.post(NEW, data=data, status=422)
    summary = page.select_one("[data-focus]")
    assert sentence in summary.text
    assert page.select_one("title").text.startswith("Fehler:")
    assert summary.select_one("a")["href"] == f"#rulebook-{field}"
    assert page.select_one(f"#rulebook-{field}") is not None
    assert page.select_one("[name=rulebook-objection_period_days]")["value"] == "10"
    assert stored(office) == []


def test_both_pages_speak_english(office):
    page = office.get(f"{PAGE}?lang=en&day=12.03.2027")
    assert page.select_one("h1").text.strip() == "Rules of procedure"
    assert "Notice period" in page.text and "Invitation by post" in page.text
    page = office.get(NEW)
    assert "Deputies vote only while the member is absent" in page.text
    for words in (
        "Leave it empty for the default: 14 calendar days",
        "Default: no",
        "Default: majority of the votes cast",
    ):
        assert words in page.text
    data = (
        _all(office) | ENTERED | {"rulebook-notice_period_days": "x", "rulebook-title": "", "rulebook-valid_from": ""}
    )
    summary = office.post(NEW, data=data, status=422).select_one("[data-focus]").text
    assert "Enter a whole number" in summary
    assert "Geben Sie" not in summary


def counted(client, ask):
    with statements_of(client.app) as sent:
        ask()
    return len(sent)


def test_the_number_of_queries_is_fixed(office):
    with office.app.app_context():
        meetings.meeting()
    office.get(PAGE)
    office.post(NEW, data=_all(office) | ENTERED | {"do": "adopt"}, status=303)
    few = counted(office, lambda: office.get(PAGE))
    for number in range(3):
        later = {"rulebook-valid_from": f"0{number + 2}.12.2026", "rulebook-notice_period_days": str(20 + number)}
        office.post(NEW, data=_all(office) | ENTERED | later | {"do": "adopt"}, status=303)
    office.get(PAGE)  # the notice of success is read once
    assert counted(office, lambda: office.get(PAGE)) == few
    data = _all(office) | ENTERED | {"rulebook-valid_from": "09.12.2026", "rulebook-notice_period_days": "50"}
    one = counted(office, lambda: office.post(NEW, data=data, status=200))
    with office.app.app_context():
        for days in (30, 60, 90):
            meetings.meeting(begins=meetings.BEGINS + timedelta(days=days))
    assert counted(office, lambda: office.post(NEW, data=data, status=200)) == one


def test_every_refusal_has_its_english():
    root = Path(__file__).parents[2] / "kimforms"
    files = ("services/bodies/rulebooks.py", "rules/rulebook.py", "forms/rulebooks.py", "blueprints/rulebooks.py")
    used = {text for name in files for text in sentences((root / name).read_text("utf-8"))}
    assert set(SENTENCES) <= used


def sentences(source):
    """The texts of a module, what is filled in left out."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(one.value if isinstance(one, ast.Constant) else "{}" for one in node.values)
