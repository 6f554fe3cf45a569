"""Terms that follow the date, amounts, and what people read of a point."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kimforms.naturalisation.document import Term
from kimforms.naturalisation.words import euro, fee_sentence, on_day, shown, shown_question, term_on

from ..support.situations import DAY, shipped
from .editions import changed

BEFORE, AFTER = date(2026, 6, 30), date(2026, 7, 1)


def test_the_benefit_changes_its_name_overnight() -> None:
    item = shipped().items["E1"]
    assert shown(item, shipped(), BEFORE).note == "Die SGB-II-Leistung heißt Bürgergeld (§ 19 SGB II)"
    assert shown(item, shipped(), AFTER).note == "Die SGB-II-Leistung heißt Grundsicherungsgeld (§ 19 SGB II)"
    question = next(one for one in shipped().conditions if one.id == "bezug_sgb2_oder_sgb12")
    assert "Bürgergeld" in (shown_question(question, shipped(), BEFORE).help or "")
    assert "Grundsicherungsgeld" in (shown_question(question, shipped(), AFTER).help or "")


@pytest.mark.parametrize("day", [date(1990, 1, 1), BEFORE, AFTER, date(2040, 1, 1)])
def test_no_shown_text_of_the_edition_holds_a_placeholder(day: date) -> None:
    for item in shipped().items.values():
        one = shown(item, shipped(), day)
        assert "{" not in " ".join([one.title, one.legal_basis, one.note or "", *one.evidence, *one.exceptions])
        assert one.kind_words
        assert one.verified_words
    for question in shipped().conditions:
        read = shown_question(question, shipped(), day)
        assert "{" not in f"{read.label} {read.help}"


@pytest.mark.parametrize(
    ("text", "shown_text"),
    [
        ("Das {sgb2_leistung}.", "Das Grundsicherungsgeld."),
        ("{sgb2_leistung} und {sgb2_leistung}", "Grundsicherungsgeld und Grundsicherungsgeld"),
        ("{unknown} bleibt", "{unknown} bleibt"),
        ("{sgb2_leistung", "{sgb2_leistung"),
        ("{SGB2} {} {0}", "{SGB2} {} {0}"),
        ("ohne Begriff", "ohne Begriff"),
    ],
)
def test_only_known_terms_are_replaced(text: str, shown_text: str) -> None:
    assert on_day(text, shipped(), DAY) == shown_text


def test_a_term_with_three_names() -> None:
    names = [
        {"name": "Hartz IV"},
        {"name": "Bürgergeld", "since": "2023-01-01"},
        {"name": "Neu", "since": "2026-07-01"},
    ]
    term = Term.model_validate({"id": "t", "names": names})
    days = (date(2022, 12, 31), date(2023, 1, 1), BEFORE, AFTER)
    assert [term_on(term, day) for day in days] == ["Hartz IV", "Bürgergeld", "Bürgergeld", "Neu"]


def test_a_shown_point_says_where_it_stands_and_that_it_is_never_stored() -> None:
    one = shown(shipped().items["I2"], shipped(), DAY)
    assert (one.section, one.sensitive, one.kind_words, one.verified_words) == ("I", True, "Ausnahme", "geprüft")
    assert shown(shipped().items["E10"], shipped(), DAY).section == "E"
    assert shown(shipped().items["A7"], shipped(), DAY).verified_words == "nicht geprüft"
    assert len(shown(shipped().items["D2"], shipped(), DAY).excluded_titles) == 17


def test_the_fee_as_a_sentence_follows_the_edition() -> None:
    assert fee_sentence(shipped()) == (
        "Die Einbürgerung kostet 255 Euro, für ein Kind ohne eigenes Einkommen, das mit eingebürgert wird, 51 Euro "
        "(§ 38 Abs. 2 StAG)."
    )
    other = changed(shipped(), fees={"adult": "300.50", "child": "60", "legal_basis": "§ 1"})
    assert "kostet 300,50 Euro" in fee_sentence(other)


@pytest.mark.parametrize(("amount", "text"), [("255", "255"), ("255.00", "255"), ("25.5", "25,50"), ("0", "0")])
def test_amounts(amount: str, text: str) -> None:
    assert euro(Decimal(amount)) == text
