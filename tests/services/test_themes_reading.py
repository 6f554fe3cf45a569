"""What pages of themes read, on both databases: board, list, reports, figures, chain, story, dossier."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.forms.themes import Filters
from kimforms.models import Decision, Record
from kimforms.permissions import ANYONE
from kimforms.services.queries import theme_chain, theme_page, theme_search, theme_timeline, themes
from kimforms.services.records import commenting
from kimforms.services.refusals import NotPermitted, NotVisible
from kimforms.services.themes import dossier
from kimforms.services.themes.reports import Chosen
from kimforms.services.unit_of_work import unit_of_work

from ..support.chain import SOLUTION, STEERING, at_work, change, decide, gathered, proposed, reconstruct
from ..support.databases import NOW
from ..support.records import ADVISER, COORDINATOR, ELSEWHERE, OFFICE, SECOND, actor, report, stored, tags, take, work
from ..support.themes import add, crowded, opened, recorded


def read(email=COORDINATOR, language="de", now=NOW):
    return themes.open_themes(db.session(), actor(db.session(), email), now, language)


def board(email=COORDINATOR, now=NOW, **filters):
    columns, _more = themes.board(db.session(), read(email, now=now), Filters(**filters))
    return {one.reference: one for column in columns for one in column.cards}


def decided(theme, result="accepted"):
    """A decision on the theme, written past the service."""
    with unit_of_work() as session:
        record = session.scalars(select(Record).where(Record.reference == theme)).one()
        session.add(
            Decision(
                reference="LG-B-2026-01", controller_id=record.controller_id, body="lenkungsgruppe-kim",
                decided_on=date(2026, 11, 20), subject="einrichtung_pag", title="Eine Arbeitsgruppe", result=result,
                wording="Die Lenkungsgruppe setzt eine Arbeitsgruppe ein.", votes_yes=12, votes_no=1, votes_abstained=0,
                theme_id=record.id, taken_at=NOW,
            )
        )  # fmt: skip


def test_a_card_holds_what_the_board_says(app):
    reference = opened(recorded(), recorded(fallzahl="1"), title="Termine")
    card = board()[reference]
    assert (card.title, card.cases, card.reports, card.station, card.holder) == (
        "Termine", 4, 2, "theme", "Katharina Vogt",
    )  # fmt: skip
    assert (card.step, card.next, card.still_for) == ("rekonstruieren", "Fallrekonstruktion beginnen", None)
    assert card.due_on is not None and card.due.startswith("in ")
    assert board(OFFICE)[reference].step is None, "who may only read is offered nothing"
    assert board(ELSEWHERE) == {}


def test_the_record_to_be_finished_comes_next(app):
    reference = opened(recorded())
    take(COORDINATOR, reference, "rekonstruieren")
    card = board()[reference]
    assert (card.step, card.piece) == (None, "FR-2026-0001") and card.next == "Fallrekonstruktion FR-2026-0001"


def test_what_stands_still(app):
    reference, later = opened(recorded()), NOW + timedelta(days=31)
    assert board(now=NOW + timedelta(days=29))[reference].still_for is None
    assert board(now=later)[reference].still_for == 31
    assert set(board(now=later, stalled="yes")) == {reference}
    assert themes.stalled(db.session(), read(now=later), 5) == [(reference, "Lange Wartezeiten", 31)]
    add(reference, recorded(), now=later - timedelta(days=1))
    assert board(now=later, stalled="yes") == {} and board(now=later)[reference].still_for is None


def test_work_on_a_reconstruction_is_no_standstill(app):
    reference, later = opened(recorded()), NOW + timedelta(days=40)
    take(COORDINATOR, reference, "rekonstruieren")
    assert board(now=later)[reference].still_for is not None
    with work(COORDINATOR, "FR-2026-0001") as (session, person, record):
        commenting.add_comment(session, person, later - timedelta(days=2), record=record, text="Ein Fall fehlt noch.")
    assert board(now=later)[reference].still_for is None and board(now=later, stalled="yes") == {}


def test_filters(app):
    mine = opened(recorded(kommunen=["windeck"]), title="Meins")
    other = opened(recorded(), title="Anderes", by=SECOND)
    assert set(board(mine="yes")) == {mine} and set(board(municipality="windeck")) == {mine}
    assert set(board(municipality="siegburg")) == {other} and set(board(field="uebergreifend")) == {mine, other}
    assert board(municipality="alfter") == {}


def test_the_list_goes_both_ways(app):
    references = [opened(title=f"Thema {number}") for number in range(themes.PAGE + 3)]
    found = read()
    first = themes.theme_list(db.session(), found, Filters())
    assert [one.reference for one in first.cards] == references[: -themes.PAGE - 1 : -1] and first.previous_key is None
    second = themes.theme_list(db.session(), found, Filters(), after=first.next_key)
    assert [one.reference for one in second.cards] == references[2::-1] and second.next_key is None
    back = themes.theme_list(db.session(), found, Filters(), before=second.previous_key)
    assert back.cards == first.cards


def test_figures_count_cases_and_leave_withdrawn_ones_out(app):
    one = recorded(by=ADVISER, kommunen=["windeck"])
    reference = opened(one, Chosen(recorded(kommunen=["siegburg", "troisdorf"]), 5, "nachgefragt"), recorded())
    take(ADVISER, one, "zurueckziehen")
    figures = theme_page.figures_of(db.session(), stored(reference))
    assert [(share.label, share.cases, share.reports) for share in figures.municipalities] == [
        ("Siegburg", 8, 2),
        ("Troisdorf", 8, 2),
    ]
    assert [(share.label, share.cases) for share in figures.fields] == [("mehrere Handlungsfelder", 8)]
    assert figures.legal_areas[0].label.startswith("SGB II") and figures.months[-1].label == "11.2026"
    shown = theme_page.reports_of(db.session(), stored(reference))
    assert (shown.count, shown.withdrawn, shown.cases) == (3, 1, 8)


def test_months_without_reports_stand_between(app):
    reference = opened(recorded(at=NOW - timedelta(days=95)), recorded())
    months = theme_page.figures_of(db.session(), stored(reference)).months
    assert [share.label for share in months] == ["08.2026", "09.2026", "10.2026", "11.2026"]
    assert [share.reports for share in months] == [1, 0, 0, 1]


def test_pages_of_reports(app):
    reference = opened()
    crowded(reference, theme_page.A_PAGE * 2 + 5)
    theme = stored(reference)
    first = theme_page.reports_of(db.session(), theme)
    second = theme_page.reports_of(db.session(), theme, after=first.next_key)
    third = theme_page.reports_of(db.session(), theme, after=second.next_key)
    assert [len(page.rows) for page in (first, second, third)] == [20, 20, 5] and third.next_key is None
    assert theme_page.reports_of(db.session(), theme, before=third.previous_key).rows == second.rows
    rows, more = theme_page.all_reports(db.session(), theme)
    assert len(rows) == 45 and not more


def test_the_chain_and_the_story(app):
    one, early = recorded(), recorded(at=NOW - timedelta(days=60))
    reference = opened(one, early)
    take(COORDINATOR, reference, "rekonstruieren", now=NOW + timedelta(days=1))
    decided(reference)
    person, theme = actor(db.session(), COORDINATOR), stored(reference)
    chain = theme_chain.chain_of(db.session(), person, NOW, theme)
    assert [piece.reference for piece in chain.pieces["case_reconstruction"]] == ["FR-2026-0001"]
    assert [each.reference for each in chain.decisions] == ["LG-B-2026-01"] and not chain.empty
    assert theme_chain.chain_of(db.session(), ANYONE, NOW, theme).pieces == {}
    story = theme_timeline.story(db.session(), person, NOW, theme)
    titles = [moment.title for moment in story]
    assert titles[0] == f"Meldung {early} ging ein" and story == sorted(story, key=lambda moment: moment.on)
    assert "Beschluss LG-B-2026-01: zugestimmt" in titles and "Das Thema wurde angelegt" in titles
    assert "Fallrekonstruktion FR-2026-0001 begonnen" in titles
    english = [moment.title for moment in theme_timeline.story(db.session(), person, NOW, theme, language="en")]
    assert f"Report {early} arrived" in english and "Decision LG-B-2026-01: accepted" in english


def test_many_arrivals_are_told_by_month(app):
    reference = opened()
    crowded(reference, 40)
    story = theme_timeline.story(db.session(), actor(db.session(), COORDINATOR), NOW, stored(reference))
    arrivals = [moment for moment in story if "ging" in moment.title]
    assert all(moment.when for moment in arrivals)
    assert sum(int(moment.title.split()[0]) for moment in arrivals) == 40


def test_finding_reports(app):
    one, gone = recorded(titel="Kitaplatz fehlt"), recorded(titel="Kitaplatz weg", by=ADVISER)
    take(ADVISER, gone, "zurueckziehen")
    opened(title="Kitaplätze")
    person = actor(db.session(), COORDINATOR)

    def found(words, **options):
        return [each.reference for each in theme_search.reports(db.session(), person, NOW, words, **options)]

    assert found("Kitaplätze") == [one], "neither themes nor what was withdrawn"
    assert found(one.lower()) == [one] and found("Kitaplatz", without=[one]) == [] and found("…") == []
    assert theme_search.reports(db.session(), ANYONE, NOW, "Kitaplatz") == []


def test_the_dossier_tells_everything_and_names_nobody(app):
    one = recorded(by=ADVISER, titel="Kein Termin im Amt")
    reference = opened(one, recorded(by=None), summary="Monatelang kein Termin.")
    take(COORDINATOR, reference, "rekonstruieren")
    decided(reference)
    with work(OFFICE, reference) as (session, person, record):
        paper = dossier.dossier_paper(session, person, NOW, theme=record)
    assert tags(reference)[-1] == "record:document"
    for each in (
        reference,
        one,
        "Kein Termin im Amt",
        "Monatelang kein Termin.",
        "setzt eine Arbeitsgruppe ein",
        "12 Ja",
        "Siegburg",
    ):
        assert each in paper.html, each
    for each in ("Miriam", "Musterfrau", "Caritas", "m.musterfrau", "02241", "Maßnahmen"):
        assert each not in paper.html, each
    with pytest.raises(NotPermitted), work(ADVISER, reference) as (session, person, record):
        dossier.dossier_paper(session, person, NOW, theme=record)
    with pytest.raises(NotVisible), work(COORDINATOR, report()) as (session, person, record):
        dossier.dossier_paper(session, person, NOW, theme=record)


def test_a_theme_that_a_working_group_solved(app):
    """Its reports stand in the story, the group on the card; the dossier has readable cases and the steps agreed to."""
    theme = gathered()
    reconstruct(theme, STEERING)
    decide(proposed(theme))
    group = at_work(theme)
    assert board()[theme].holder == f"Arbeitsgruppe „{stored(group).title}“"
    take(COORDINATOR, group, "berichten", {"report": "Das Postfach wird erprobt."})
    change(group, {"result": "Ein Postfach für alle Anträge."})
    take(COORDINATOR, group, "vorlegen")
    second = proposed(theme, SOLUTION)
    assert "Maßnahmen" not in html_of(theme), "nobody has agreed yet"
    decide(second)
    person = actor(db.session(), COORDINATOR)
    titles = [moment.title for moment in theme_timeline.story(db.session(), person, NOW, stored(theme))]
    assert titles.count(f"Projektarbeitsgruppe {group}: Bericht festhalten") == 1
    page = BeautifulSoup(html_of(theme), "html.parser")
    heads = [one.get_text(strip=True) for one in page.select("h3")]
    assert [one for one in heads if one.startswith("Fall ")] == ["Fall A", "Fall B", "Fall C"]
    assert "Antrag gestellt; 90 Tage" in page.get_text() and "Nr.:" not in page.get_text()
    tables = [table for table in page.select("table.data") if table.caption and second in table.caption.get_text()]
    rows = [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in tables[0].select("tr")]
    assert rows[0] == ["Schritt", "Stelle", "bis"]
    assert rows[1][0] == "Postfach einrichten" and rows[1][2] == "31.01.2027"


def html_of(theme):
    with work(OFFICE, theme) as (session, person, record):
        return dossier.dossier_paper(session, person, NOW, theme=record).html
