"""Reports are closed with their themes, but not while another theme of theirs is at work."""

from kimforms.services.themes import closing
from kimforms.services.unit_of_work import unit_of_work

from ..support.chain import DIRECT, change, gathered, joined_with, reconstruct, tomorrow
from ..support.records import ADVISER, COORDINATOR, SECOND, mails, stored, tags, take
from ..support.themes import add, opened, recorded


def closed_theme():
    """A theme on its last day: solved directly, published, checked."""
    theme = gathered()
    reconstruct(theme, DIRECT)
    change(theme, {"measures": [{"what": "Postfach einrichten"}]})
    take(COORDINATOR, theme, "eingefuehrt")
    publication = joined_with(theme, "publication")[0]
    change(
        publication,
        {
            "title": "Anträge kommen an",
            "hurdle": "Niemand nahm Anträge an.",
            "changed": "Es gibt ein gemeinsames Postfach.",
            "since": "2026-11-20",
            "for_whom": "Alle, die einen Antrag stellen",
            "contact": "KIM-Koordination",
            "fields_of_action": ["bildung_6_18"],
        },
    )
    take(COORDINATOR, publication, "freigabe_erbitten")
    take(SECOND, publication, "freigeben")
    assert stored(theme).state == "bekannt"
    take(COORDINATOR, theme, "abschliessen", {"effect": "Beratungsstellen bestätigen es."})
    return theme


def test_reports_are_closed_once_and_told(app):
    theme = closed_theme()
    reports = joined_with(theme, "hurdle_report")
    assert {stored(one).state for one in reports} == {"gebuendelt"}
    assert closing.run(unit_of_work, tomorrow()) == 3
    assert {stored(one).state for one in reports} == {"abgeschlossen"}
    assert not stored(reports[0]).open and tags(reports[0]).count("record:transition") == 3
    assert closing.run(unit_of_work, tomorrow(2)) == 0
    assert any(kind == "hurdle_report.new_state" for kind, _ in mails())


def test_a_report_in_another_open_theme_stays(app):
    theme = closed_theme()
    both = joined_with(theme, "hurdle_report")[0]
    other = opened(recorded())
    add(other, both)
    assert closing.run(unit_of_work, tomorrow()) == 2
    assert stored(both).state == "gebuendelt"


def test_what_was_withdrawn_or_referred_is_left_alone(app):
    theme = closed_theme()
    gone = joined_with(theme, "hurdle_report")[0]
    take(ADVISER, gone, "zurueckziehen")
    assert closing.run(unit_of_work, tomorrow()) == 2
    assert stored(gone).state == "zurueckgezogen"
