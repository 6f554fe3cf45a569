"""Handouts in nine languages: letters there, embedded and in order, only what applies, German beside, nothing never stored."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache
from io import BytesIO

import pytest
from pypdf import PdfReader

from kimforms.assets.build import STATIC
from kimforms.documents.handout import handout_html
from kimforms.documents.paper import Letterhead
from kimforms.documents.pdf import render_pdf
from kimforms.engine.profile import profile_folder
from kimforms.naturalisation.document import ChecklistDocument
from kimforms.naturalisation.handout import About, Sheet, sheet
from kimforms.naturalisation.profile_checklist import read_checklist
from kimforms.naturalisation.translation_files import read_translations
from kimforms.naturalisation.translations import Translation

TEMPLATES = STATIC.parent / "templates" / "documents"
VENDOR = STATIC / "vendor"
DAY = date(2026, 11, 23)
SITUATION = {"verheiratet": True, "beschaeftigt": True}
STATES = {"B1": "met", "B4": "present", "E2": "working"}
ABOUT = About("Caritas (Troisdorf)!", "Stadt Troisdorf", date(2026, 12, 3), [("Caritas", "Telefon 02241 1-2")])
LANGUAGES = ["de", "ar", "en", "es", "fr", "kmr", "ru", "tr", "uk"]


@lru_cache
def read() -> tuple[ChecklistDocument, dict[str, Translation]]:
    document = read_checklist(profile_folder("rhein_sieg"))
    assert document is not None
    return document, read_translations(profile_folder("rhein_sieg"), document)


def made(language: str, **changes: object) -> Sheet:
    document, translations = read()
    return sheet(document, translations[language].model_copy(update=changes), SITUATION, STATES, DAY, ABOUT)


def pdf_of(content: Sheet) -> PdfReader:
    html = handout_html(content, Letterhead("Caritas", "Beratung"), TEMPLATES)
    title = content.heading.text or ""
    return PdfReader(BytesIO(render_pdf(html, title=title, language=content.language, fonts=VENDOR)))


def plain(reader: PdfReader) -> str:
    """The text without marks of direction and with letters of presentation as plain ones."""
    text = unicodedata.normalize("NFKC", " ".join(page.extract_text() for page in reader.pages))
    return re.sub(r"[\u2066-\u2069\s]+", " ", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_letters_come_from_our_fonts_and_are_embedded(language: str) -> None:
    reader = pdf_of(made(language))
    fonts = {font.get_object()["/BaseFont"] for page in reader.pages for font in page["/Resources"]["/Font"].values()}
    assert fonts and all(("Noto" in name or "Plex" in name) and "+" in name for name in fonts), (
        "subset and embedded; no font of the machine"
    )
    assert reader.trailer["/Root"]["/Lang"] == language
    assert "\ufffd" not in plain(reader) and "\x00" not in plain(reader)
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            assert "/ToUnicode" in font.get_object()


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "ar"])
def test_the_text_can_be_read_again(language: str) -> None:
    content = made(language)
    text = plain(pdf_of(content)).replace("- ", "-")
    for line in content.groups[0].lines:
        first = str(line.title.text).split()[0]
        assert unicodedata.normalize("NFKC", first) in text
    assert unicodedata.normalize("NFKC", content.talk).split()[0] in text
    assert "Nationalpass im Original" in text or language == "de"


def test_arabic_is_set_from_right_to_left_and_german_from_left_to_right() -> None:
    content = made("ar")
    html = handout_html(content, Letterhead("Caritas", "Beratung"), TEMPLATES)
    assert '<html lang="ar" dir="rtl">' in html
    assert '<div class="cell" dir="ltr"><span class="title">Identität' in html
    assert "\u2068Caritas (Troisdorf)!\u2069" in html, "a name keeps its own direction"
    page = PdfReader(BytesIO(render_pdf(html, title="x", language="ar", fonts=VENDOR))).pages[0]
    found: dict[str, float] = {}

    def note(text: str, _cm: object, matrix: list[float], *_more: object) -> None:
        for wanted in ("Identität und", "B1"):
            if wanted in text:
                found.setdefault(wanted, matrix[4])

    page.extract_text(visitor_text=note)
    assert found["Identität und"] < found["B1"], "mirrored: the number is on the right"
    assert "الجنسية" in unicodedata.normalize("NFKC", page.extract_text())


def test_it_says_that_nobody_has_checked_it_or_who_has() -> None:
    draft = made("en")
    assert "This translation has not yet been checked by a professional." in draft.notices
    assert "This is a translation and has no legal force. The German text applies." in draft.notices
    checked = made("en", state="reviewed", reviewer="Ada Beispiel", reviewed_on=date(2026, 12, 1))
    assert "Translation checked by Ada Beispiel on 01.12.2026." in checked.notices


def test_only_what_applies_and_nothing_that_is_never_stored() -> None:
    document, _ = read()
    ids = {line.id for group in made("tr").groups for line in group.lines}
    assert {"B1", "B5", "E2"} <= ids and not ids & {"A4", "B2", "E3", "F4"}
    assert not ids & document.never_stored_items


def test_a_point_without_translation_stands_in_german_and_says_so() -> None:
    document, translations = read()
    changed = document.model_copy(update={
        "sections": tuple(
            part.model_copy(update={"items": tuple(
                one.model_copy(update={"title": "Neuer Titel"}) if one.id == "B1" else one for one in part.items
            )}) for part in document.sections
        )
    })  # fmt: skip
    changed = ChecklistDocument.model_validate(changed.model_dump(mode="json", by_alias=True))
    content = sheet(changed, translations["ar"], SITUATION, STATES, DAY, ABOUT)
    assert content.untranslated == 1
    html = handout_html(content, Letterhead("Caritas"), TEMPLATES)
    assert html.count(content.not_translated) == 1
    assert '<div class="cell" lang="de" dir="ltr"><span class="title">Neuer Titel' in html


def test_words_of_people_never_become_markup() -> None:
    document, translations = read()
    about = About("<b>x</b>", "</style><script>", None, [("<i>", "&")])
    html = handout_html(sheet(document, translations["fr"], {}, {}, DAY, about), Letterhead("<u>"), TEMPLATES)
    assert not re.search(r"<(b|script|i|u)>", html)
