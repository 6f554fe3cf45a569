"""The field types: what they accept, what they refuse with which sentence, and how values are shown again."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kimforms.engine.catalogue import StaticCatalogues
from kimforms.engine.fields import FIELD_TYPES, Choosing, CleanContext, Field, FieldError
from kimforms.engine.fields.files import File, readable_size
from kimforms.engine.fields.messages import _MESSAGES, say

from .field_cases import ACCEPTED, ADAPTER, CATALOGUES, COMPUTED, DEFINED_WRONG, OPTIONS, REFUSED, SUB, context, field


@pytest.mark.parametrize(("type_", "settings", "raw", "value", "shown"), ACCEPTED)
def test_accepted(type_: str, settings: dict[str, Any], raw: Any, value: Any, shown: str) -> None:
    each = field(type_, **settings)
    cleaned = each.clean(raw, context())
    assert cleaned == value and type(cleaned) is type(value)
    assert each.display(cleaned, context()) == shown
    assert each.clean(each.to_raw(cleaned), context()) == cleaned


def test_the_table_covers_every_type_but_computed() -> None:
    assert {row[0] for row in ACCEPTED} == set(FIELD_TYPES) - {"computed"}


@pytest.mark.parametrize(("type_", "settings", "raw", "sentence"), REFUSED)
def test_refused_with_a_sentence(type_: str, settings: dict[str, Any], raw: Any, sentence: str) -> None:
    with pytest.raises(FieldError) as refusal:
        field(type_, **settings).clean(raw, context())
    assert list(refusal.value.errors.values()) == [sentence]


BLANKS: list[Any] = [None, "", "   ", "\n", [], [""], [None, " "]]


@pytest.mark.parametrize("raw", BLANKS, ids=repr)
@pytest.mark.parametrize("type_", sorted(set(FIELD_TYPES) - {"computed", "group"}))
def test_blank_is_no_answer(type_: str, raw: Any) -> None:
    extra: dict[str, dict[str, Any]] = {
        "person": {"role": "coordinator"},
        "record": {"process": "theme"},
        "repeating_group": {"fields": SUB},
        "information": {"text": "x"},
    }
    if type_ == "file" and isinstance(raw, str) and raw and not raw.strip():
        return  # a file that is a blank text never comes from a form
    assert field(type_, **extra.get(type_, {})).clean_parts(raw, context()).value is None


@pytest.mark.parametrize(("type_", "settings"), DEFINED_WRONG, ids=str)
def test_wrong_settings_are_refused(type_: str, settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        field(type_, **settings)


@pytest.mark.parametrize(
    "pattern", ["IH-[0-9]{4}-[0-9]{4,}", "(?:AB|CD)?[0-9]+", "[A-Z]{2}(?:-[0-9]{1,3}){2}", r"\(\d+\)"]
)
def test_ordinary_patterns_are_allowed(pattern: str) -> None:
    assert field("short_text", pattern=pattern).pattern == pattern


def test_flags_are_kept() -> None:
    each = field(
        "short_text", personal_data="meldende Person", check_free_text=True, sensitive=True, autocomplete="name"
    )
    assert (each.personal_data, each.check_free_text, each.sensitive, each.autocomplete) == (
        "meldende Person",
        True,
        True,
        "name",
    )


def test_appearance_is_written_display() -> None:
    each = field("one_of", display="radio", options=OPTIONS)
    assert each.appearance == "radio"
    assert each.model_dump(by_alias=True)["display"] == "radio"


def test_personal_and_sensitive_answers_stay_out_of_the_index() -> None:
    assert field("short_text").index_text("Text", context()) == "Text"
    assert field("short_text", sensitive=True).index_text("Text", context()) == ""
    group = field("group", fields=[{**SUB[0], "personal_data": "Person"}, SUB[1]])
    assert group.index_text({"name": "Erika", "tage": 3}, context()) == "3"


def test_choices_depend_on_another_answer() -> None:
    each = field(
        "one_of", options_from="topics", depends_on="feld", extra_options=[{"value": "anderes", "label": "anderes"}]
    )
    arbeit = context(answers={"feld": "arbeit"})
    assert [option.value for option in each.choices(arbeit)] == ["t1", "anderes"]
    assert [option.value for option in each.choices(context())] == ["anderes"]
    assert [option.value for option in each.choices(context(answers={"feld": ["arbeit", "bildung"]}))] == [
        "t1",
        "t2",
        "anderes",
    ]
    assert each.clean("t1", arbeit) == "t1"
    assert each.clean("anderes", context()) == "anderes"
    with pytest.raises(FieldError, match="„Schulplätze“ passt nicht zu Ihrer Auswahl oben"):
        each.clean("t2", arbeit)
    with pytest.raises(FieldError, match="steht nicht darin"):
        each.clean("nichts", arbeit)


def test_options_speak_the_language_and_lists_are_asked_once() -> None:
    asked: list[str] = []

    class Counting(StaticCatalogues):
        def options(self, source: str, parent: str | None = None) -> Any:
            asked.append(source)
            return super().options(source, parent)

    ctx = CleanContext(catalogues=Counting({"municipalities": {"much": "Much"}}), language="en")
    assert [option.label for option in field("one_of", options=OPTIONS).choices(ctx)][:2] == ["Anna", "Bee"]
    for _ in range(3):
        field("municipality").clean("much", ctx)
    assert asked == ["municipalities"]


def test_a_value_that_left_the_list_is_still_shown() -> None:
    assert field("municipality").display("weg", context()) == "weg"
    assert field("one_of", options=OPTIONS).display("weg", context()) == "weg"


def test_numbers_behind_choices() -> None:
    each = field("one_of", options=OPTIONS)
    assert each.as_number("3-5", context()) == Decimal(3)
    assert each.as_number("a", context()) is None
    assert field("money").as_number("12.50", context()) == Decimal("12.50")


def test_group_errors_carry_their_path() -> None:
    parts = field("repeating_group", fields=SUB).clean_parts(
        [{"name": ""}, {"tage": "x"}, {"name": "B", "y": 1}], context()
    )
    assert parts.value == [{"name": "B"}]
    assert set(parts.errors) == {"1.name", "1.tage"}
    assert parts.unknown == ("2.y",)


def test_a_draft_requires_nothing() -> None:
    draft = context(partial=True)
    assert field("group", fields=SUB).clean({"tage": "3"}, draft) == {"tage": 3}
    assert field("repeating_group", fields=SUB, min_rows=3).clean([{"tage": 1}], draft) == [{"tage": 1}]
    assert field("yes_no", must_be_true=True).clean("nein", draft) is False
    assert field("short_text", min_length=9).clean("kurz", draft) == "kurz"
    assert field("several_of", options=OPTIONS, min_choices=2).clean(["a"], draft) == ["a"]


@pytest.mark.parametrize(("compute", "answers", "value", "shown"), COMPUTED)
def test_computed(compute: dict[str, Any], answers: dict[str, Any], value: Any, shown: str) -> None:
    beside: dict[str, Field] = {
        "wahl": field("one_of", options=OPTIONS),
        "rows": field("repeating_group", fields=SUB),
        "a": field("short_text"),
    }
    each = field("computed", compute=compute)
    ctx = CleanContext(catalogues=CATALOGUES, answers=answers, fields=beside)
    assert each.clean("wird nie gelesen", ctx) == value
    assert each.display(value, ctx) == shown


def test_every_message_exists_in_both_languages_and_says_what_to_do() -> None:
    for key, (german, english) in _MESSAGES.items():
        assert german != english, key
        assert english.endswith((".", "{hint}")) and german.endswith((".", "{hint}")), key
    assert say("date", "en").startswith("Enter the date")


SIZES = [(1, "1 kB"), (1499, "1 kB"), (999_000, "999 kB"), (10_000_000, "10 MB"), (1_500_000, "1,5 MB"), (None, "? kB")]


@pytest.mark.parametrize(("size", "shown"), SIZES)
def test_sizes(size: object, shown: str) -> None:
    assert readable_size(size) == shown


def test_file_accept() -> None:
    each = field("file", kinds=["pdf", "jpeg"])
    assert isinstance(each, File) and each.accept() == ".pdf,.jpg,.jpeg"


SAMPLES: list[Any] = [field(row[0], **row[1]) for row in ACCEPTED] + [
    field("computed", compute={"function": "sum", "of": ["a"]})
]
RAW = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates() | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["value", "other", "met", "evidence", "note", "id", "name", "size", "0", "1"]), inner
        )
    ),
    max_leaves=10,
)


@given(st.sampled_from(SAMPLES), RAW, st.booleans())
def test_nothing_that_is_submitted_raises_anything_but_a_sentence(each: Field, raw: Any, partial: bool) -> None:
    ctx = context(partial=partial)
    parts = each.clean_parts(raw, ctx)
    assert all(sentence.endswith((".", "Ziffern")) for sentence in parts.errors.values())
    if parts.value is not None and not parts.errors:
        assert each.clean(each.to_raw(parts.value), ctx) == parts.value or each.__class__.__name__ == "Computed"
        assert isinstance(each.display(parts.value, ctx), str)
        assert isinstance(each.index_text(parts.value, ctx), str)


@given(st.sampled_from(SAMPLES), RAW)
def test_odd_stored_values_can_be_shown(each: Field, value: Any) -> None:
    assert isinstance(each.display(value, context()), str)
    assert isinstance(each.index_text(value, context()), str)
    each.to_raw(value)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_money_survives_the_german_notation(amount: Decimal) -> None:
    each = field("money")
    value = each.clean(each.to_raw(f"{amount:.2f}"), context())
    assert Decimal(value) == amount


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_dates_survive_the_german_notation(day: date) -> None:
    assert field("date").clean(f"{day:%d.%m.%Y}", context()) == day.isoformat()


@given(st.text(max_size=60))
def test_an_accepted_email_can_be_sent_to(text: str) -> None:
    value = field("email").clean_parts(text, context()).value
    assert value is None or (value.isascii() and value.count("@") == 1 and " " not in value and "\n" not in value)


def test_definitions_survive_dump_and_load() -> None:
    for each in SAMPLES:
        assert ADAPTER.validate_json(ADAPTER.dump_json(each, by_alias=True)) == each
        assert isinstance(each, FIELD_TYPES[each.type])
    assert issubclass(FIELD_TYPES["municipality"], Choosing)
