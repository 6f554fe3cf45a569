"""What becomes of a report, as whoever sent it reads it: stations with dates, along each theme, and nothing from inside."""

from kimforms.extensions import db
from kimforms.services.queries.reporting import own_reports
from kimforms.services.queries.stations import progress_of

from ..support.chain import (
    DIRECT,
    NO_HURDLE,
    STEERING,
    at_work,
    change,
    decide,
    gathered,
    joined_with,
    proposed,
    reconstruct,
    tomorrow,
)
from ..support.databases import NOW
from ..support.queries import statements_of
from ..support.records import ADVISER, COORDINATOR, actor, report, stored, take
from ..support.themes import add, recorded


def way_of(reference, language="de"):
    found = progress_of(db.session(), [stored(reference)], language)
    return found[stored(reference).id]


def marks(way):
    return [(one.label, one.state) for one in way.stops if one.state != "open"]


def test_a_new_report_has_one_station(app):
    way = way_of(report()).furthest
    assert marks(way) == [("eingegangen", "current")]
    assert way.current.on == NOW.date() and way.current.note == "jetzt, seit 23.11.2026"
    assert [one.state for one in way.stops[1:]] == ["open"] * 7


def test_a_theme_carries_its_reports_along(app):
    theme = gathered()
    mine = joined_with(theme, "hurdle_report")[0]
    assert way_of(mine).furthest.current.label == "Thema"
    reconstruct(theme, STEERING, now=tomorrow(2))
    way = way_of(mine).furthest
    assert way.current.label == "Lenkungsgruppe" and way.current.note == "jetzt, seit 25.11.2026"
    assert "entscheidet in ihrer nächsten Sitzung" in way.next
    paper = proposed(theme, now=tomorrow(3))
    decide(paper, now=tomorrow(4))
    assert way_of(mine).furthest.current.label == "Arbeitsgruppe"
    group = at_work(theme, now=tomorrow(5))
    change(group, {"result": "Ein Postfach."}, now=tomorrow(6))
    take(COORDINATOR, group, "vorlegen", now=tomorrow(6))
    way = way_of(mine).furthest
    assert [one.note for one in way.stops[:6]] == [
        "23.11.2026",
        "23.11.2026",
        "23.11.2026",
        "25.11.2026",
        "27.11.2026",
        "jetzt, seit 29.11.2026",
    ]


def test_what_was_not_needed_says_so(app):
    theme = gathered()
    reconstruct(theme, DIRECT)
    change(theme, {"measures": [{"what": "Postfach einrichten"}]})
    take(COORDINATOR, theme, "eingefuehrt")
    way = way_of(joined_with(theme, "hurdle_report")[0]).furthest
    assert way.current.label == "umgesetzt"
    assert [one.note for one in way.stops[3:6]] == ["nicht nötig"] * 3


def test_a_theme_without_a_hurdle_ends_where_its_reports_were_reviewed(app):
    theme = gathered()
    reconstruct(theme, NO_HURDLE)
    way = way_of(joined_with(theme, "hurdle_report")[0]).furthest
    assert way.over and way.stops[-1].label == "geprüft"


def test_whoever_joined_late_reads_the_day_of_joining(app):
    theme = gathered()
    reconstruct(theme, STEERING)
    late = recorded()
    add(theme, late, now=tomorrow(20))
    assert way_of(late).furthest.current.note == "jetzt, seit 13.12.2026"


def test_two_themes_solved_differently(app):
    one, other = gathered(), gathered()
    mine = joined_with(one, "hurdle_report")[0]
    add(other, mine)
    reconstruct(one, STEERING)
    decide(proposed(one), "rejected")
    reconstruct(other, DIRECT)
    found = way_of(mine)
    assert [way.over for way in found.ways] == [True, False]
    assert found.ways[0].stops[-1].label == "Lenkungsgruppe" and len(found.ways[1].stops) == 8
    assert all(way.title == "" for way in found.ways)


def test_a_withdrawn_report_says_that_it_ended(app):
    mine = report()
    take(ADVISER, mine, "zurueckziehen")
    way = way_of(mine).furthest
    assert way.over and all(one.state == "done" for one in way.stops)


def test_nothing_from_inside_shows(client):
    with client.app.app_context():
        theme = gathered()
        reconstruct(theme, STEERING)
        mine = joined_with(theme, "hurdle_report")[0]
        title, title_of_others = stored(theme).title, stored(joined_with(theme, "hurdle_report")[1]).reference
    client.sign_in(ADVISER)
    for path in ("/my-reports", f"/records/{mine}"):
        page = client.get(path).select_one("main").text
        assert "Lenkungsgruppe" in page
        assert title not in page and theme not in page
    assert title_of_others not in client.get(f"/records/{mine}").select_one("main").text
    assert client.get("/my-reports", htmx=False).select_one("h1").text == "Meine Meldungen"


def test_the_list_asks_the_same_however_long_it_is(app):
    gathered()
    with statements_of(app) as few:
        own_reports(db.session(), actor(db.session, ADVISER))
    for _ in range(4):
        reconstruct(gathered(), STEERING)
    with statements_of(app) as many:
        lines, _ = own_reports(db.session(), actor(db.session, ADVISER))
    assert len(lines) == 15 and len(many) == len(few)
