"""Before a report is sent its author sees what is published about the hurdle, and nothing of any other report."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup

from kimforms.extensions import db
from kimforms.models import Record
from kimforms.services import publishing, similar_index
from kimforms.services.unit_of_work import unit_of_work

from ..pages.test_records import words
from ..pages.test_report import to_review
from ..pages.test_report_drafts import begin, step
from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.publications import corrected, public, published
from ..support.queries import statements_of
from ..support.records import ADVISER, CASE_MANAGER, COORDINATOR, actor, report, theme
from ..support.reports import STEPS
from ..support.similar import CARD, CARDS, background

CARD_SOLVED: dict[str, Any] = {
    "title": "Fiktionsbescheinigungen werden rechtzeitig verlängert",
    "hurdle": "Die Fiktionsbescheinigung lief ab, bevor die Ausländerbehörde antwortete, und der Arbeitgeber kündigte.",
    "decided": "Die Ausländerbehörde verlängert Fiktionsbescheinigungen vier Wochen vor dem Ende von selbst.",
    "changed": "Seit Dezember kommt die neue Bescheinigung mit der Post.",
}
TOKENS = re.compile(r'name="(csrf_token|_key|_window)" value="[^"]*"|content="[^"]*" name="csrf-token"|/drafts/\d+')
OTHERS = [
    {
        "title": "Busse fahren abends länger",
        "hurdle": "Abendkurse waren mit dem Bus nicht zu erreichen.",
        "decided": "Die Linie fährt bis 22 Uhr.",
        "changed": "Neuer Fahrplan.",
    },
    {
        "title": "Kita-Anmeldung in sechs Sprachen",
        "hurdle": "Eltern verstanden das Formular nicht.",
        "decided": "Das Formular wird übersetzt.",
        "changed": "Es liegt aus.",
    },
]


def review_of(client: CheckingClient, who: str | None, **answers: Any) -> BeautifulSoup:
    """The page on which the answers are checked, for somebody with account or without."""
    if who is None:
        return to_review(client, **answers)
    page = begin(client)
    for name, asked in STEPS.items():
        page = step(client, page, name, **{key: value for key, value in answers.items() if key in asked})
    return page


def offered(page: BeautifulSoup) -> list[str]:
    return [str(one["href"]) for one in page.select('.kf-inset a[href*="/solutions/"]')]


@pytest.mark.parametrize("who", [None, ADVISER, CASE_MANAGER])
def test_what_is_published_about_the_hurdle_is_offered(client, who):
    with in_app(client.app):
        for one in OTHERS:
            published(**one)
        slug = public(published(**CARD_SOLVED)).slug
    if who:
        client.sign_in(who)
    page = review_of(client, who, **CARD)
    assert offered(page) == [f"/solutions/{slug}"]
    said = words(page.select_one(".kf-inset"))
    assert "Dazu gibt es schon etwas" in said
    assert CARD_SOLVED["title"] in said
    assert "gelöst" in said


def test_nothing_is_said_where_nothing_is_published_about_it(client):
    page = review_of(client, None, **CARD)
    assert "Dazu gibt es schon etwas" not in page.text
    with in_app(client.app):
        for one in OTHERS:
            published(**one)
    assert offered(review_of(client, None, **CARD)) == []


def test_what_is_withdrawn_goes_and_what_is_corrected_stays(client):
    with in_app(client.app):
        reference = published(**CARD_SOLVED)
        corrected(reference, title="Fiktionsbescheinigungen kommen mit der Post")
    page = review_of(client, None, **CARD)
    assert "Fiktionsbescheinigungen kommen mit der Post" in words(page.select_one(".kf-inset"))
    with in_app(client.app), unit_of_work() as session:
        publishing.withdraw(
            session, actor(session, COORDINATOR), NOW, stored_here(session, reference), reason="Falsch."
        )
    assert offered(review_of(client, None, **CARD)) == []


def stored_here(session: Any, reference: str) -> Any:
    return session.query(Record).filter_by(reference=reference).one()


@pytest.mark.parametrize("who", [None, ADVISER, CASE_MANAGER, COORDINATOR])
@pytest.mark.parametrize("with_publication", [False, True], ids=["nothing published", "one published"])
def test_the_page_is_the_same_to_the_byte_whatever_reports_exist(client, who, with_publication):
    if with_publication:
        with in_app(client.app):
            published(**CARD_SOLVED)
    if who:
        client.sign_in(who)

    def page() -> str:
        review_of(client, who, **CARD)
        return TOKENS.sub("", client.response.get_data(as_text=True))

    alone = page()
    with in_app(client.app):
        background()
        for _ in range(6):
            report(None, **CARD)
            report(None, **CARDS)
        theme("Fiktionsbescheinigungen")
        similar_index.up_to_date(db.session())
    assert page() == alone
    assert bool(offered(BeautifulSoup(alone, "html5lib"))) is with_publication


def test_the_look_reads_no_table_of_reports(client):
    with in_app(client.app):
        published(**CARD_SOLVED)
        report(None, **CARD)
    review_of(client, None, **CARDS)
    with statements_of(client.app) as sent:
        review_of(client, None, **CARDS)
    reading = [one for one in sent if "publication" in one]
    assert reading
    touched = ("FROM record", "JOIN record", "similarity_")
    assert [one for one in sent if any(name in one for name in touched)] == []
