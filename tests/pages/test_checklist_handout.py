"""The handout of a checklist and staff's list of translations: the service's own, in each language, without pseudonym."""

from __future__ import annotations

import unicodedata
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from ..support.client import CheckingClient
from ..support.databases import in_app
from ..support.naturalisation import CARITAS, DIAKONIE, EBH_TROISDORF, at_checklist, begun


@pytest.fixture
def reference(client: CheckingClient) -> str:
    with in_app(client.app):
        return begun(CARITAS, pseudonym="Birke 77", verheiratet=True)


def sheet(client: CheckingClient, reference: str, language: str) -> str:
    client.get(f"/checklists/{reference}/handout/sheet.pdf?language={language}")
    assert client.response is not None and client.response.mimetype == "application/pdf"
    assert client.response.headers["Cache-Control"] == "no-store"
    reader = PdfReader(BytesIO(client.response.data))
    return unicodedata.normalize("NFKC", " ".join(one.extract_text() for one in reader.pages))


def test_one_chooses_the_language_and_reads_how_far_it_is(client: CheckingClient, reference: str) -> None:
    client.sign_in(CARITAS)
    page = client.get(f"/checklists/{reference}/handout")
    assert [one["value"] for one in page.select("input[name=language]")] == [
        "de", "ar", "en", "es", "fr", "kmr", "ru", "tr", "uk",
    ]  # fmt: skip
    assert "nicht von einer Fachperson geprüft" in page.select_one("#language-ar-note").text


@pytest.mark.parametrize(("language", "word"), [("de", "Pass"), ("tr", "pasaport"), ("uk", "паспорт")])
def test_the_sheet_names_neither_pseudonym_nor_reference(
    client: CheckingClient, reference: str, language: str, word: str
) -> None:
    with in_app(client.app), at_checklist(reference) as (_session, _actor, checklist):
        checklist.follow_up_on = date(2099, 1, 31)
    client.sign_in(CARITAS)
    text = sheet(client, reference, language)
    assert word in text and "31.01.2099" in text
    assert "Birke" not in text and reference not in text
    assert "B5" in text and "A4" not in text and "I1" not in text


def test_a_language_that_is_not_there(client: CheckingClient, reference: str) -> None:
    client.sign_in(CARITAS)
    for wrong in ("xx", "", "../de", "AR"):
        client.get(f"/checklists/{reference}/handout/sheet.pdf", status=404, query_string={"language": wrong})


def test_nobody_else_gets_it(client: CheckingClient, reference: str) -> None:
    for address in (f"/checklists/{reference}/handout", f"/checklists/{reference}/handout/sheet.pdf"):
        client.get(address, status=303)
    for email, status in ((DIAKONIE, 404), (EBH_TROISDORF, 403)):
        other = CheckingClient(client.app)
        other.sign_in(email)
        other.get(f"/checklists/{reference}/handout", status=status)
        other.get(f"/checklists/{reference}/handout/sheet.pdf", status=status)


def test_staff_see_the_state_of_each_translation(client: CheckingClient, reference: str) -> None:
    client.sign_in(EBH_TROISDORF)
    page = client.get("/naturalisation/translations")
    assert len(page.select(".kf-translations > li")) == 9
    assert "58 von 58 Punkten" in page.select_one(".kf-translations").text
    client.get("/naturalisation/translations?lang=en")


def test_the_public_page_in_both_languages(client: CheckingClient) -> None:
    for lang in ("de", "en"):
        page = client.get(f"/naturalisation?lang={lang}")
        assert "255" in page.select_one("#costs").text
        assert "19.08.2026" in page.select_one("#short").text
        assert "Troisdorf" in page.select_one("#offices").text
        assert page.select_one("a[href$='/naturalisation/check']") is None, "off"
