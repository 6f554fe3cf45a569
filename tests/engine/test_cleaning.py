"""From a submission to answers: visibility, requiredness, drafts, steps, unknown names, flat form names."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.engine.catalogue import Option, StaticCatalogues
from kimforms.engine.cleaning import Cleaned, clean_answers, visible_fields, visible_in_row
from kimforms.engine.conditions import Facts
from kimforms.engine.definition import Form

from .definitions import HURDLE_REPORT, load_process

TODAY = date(2026, 11, 22)


def form(*fields: dict[str, Any], **step: Any) -> Any:
    """A definition of one step; fields without a type are short texts."""
    return steps({"id": "a", "title": "A", "fields": list(fields), **step})


def steps(*given_: dict[str, Any]) -> Any:
    for step in given_:
        step["fields"] = [{"type": "short_text", "label": each["id"].upper(), **each} for each in step["fields"]]
    return SimpleNamespace(form=Form.model_validate({"steps": list(given_)}))


def shown_if(other: str, value: Any = "ja") -> dict[str, Any]:
    return {"show_when": {"field": other, "is": value}}


CHAIN = form(
    {"id": "a"}, {"id": "b", "required": True, **shown_if("a")}, {"id": "c", "required": True, **shown_if("b")}
)


# definition, submitted, answers, errors (paths), dropped, unknown
CASES: list[tuple[str, Any, dict[str, Any], dict[str, Any], set[str], tuple[str, ...], tuple[str, ...]]] = [
    ("all shown", CHAIN, {"a": "ja", "b": "ja", "c": "x"}, {"a": "ja", "b": "ja", "c": "x"}, set(), (), ()),
    ("hidden is not required", CHAIN, {"a": "nein"}, {"a": "nein"}, set(), (), ()),
    (
        "hidden is dropped, and what hangs on it",
        CHAIN,
        {"a": "nein", "b": "ja", "c": "x"},
        {"a": "nein"},
        set(),
        ("b", "c"),
        (),
    ),
    ("hidden blanks are not dropped", CHAIN, {"a": "nein", "b": " "}, {"a": "nein"}, set(), (), ()),
    ("shown is required", CHAIN, {"a": "ja"}, {"a": "ja"}, {"b"}, (), ()),
    ("unknown is never stored", CHAIN, {"a": "nein", "z": "1", "_": None}, {"a": "nein"}, set(), (), ("z", "_")),
    ("nulls are no answers", CHAIN, {"a": None, "b": None}, {}, set(), (), ()),
    (
        "a condition may look ahead",
        form({"id": "a", **shown_if("z")}, {"id": "z"}),
        {"a": "x", "z": "ja"},
        {"a": "x", "z": "ja"},
        set(),
        (),
        (),
    ),
    (
        "what looks ahead at a hidden field sees nothing",
        form({"id": "a", **shown_if("y")}, {"id": "y", **shown_if("z")}, {"id": "z"}),
        {"a": "x", "y": "ja", "z": "nein"},
        {"z": "nein"},
        set(),
        ("a", "y"),
        (),
    ),
    (
        "a circle neither hangs nor raises",
        form({"id": "a", **shown_if("b")}, {"id": "b", **shown_if("a")}),
        {"a": "ja", "b": "ja"},
        {},
        set(),
        ("a", "b"),
        (),
    ),
    (
        "a field that refers to itself",
        form({"id": "a", **shown_if("a")}),
        {"a": "ja"},
        {},
        set(),
        ("a",),
        (),
    ),
    (
        "a bad value is no answer for conditions, and is not reported as missing",
        form({"id": "n", "type": "number", "required": True}, {"id": "b", "show_when": {"field": "n", "at_least": 1}}),
        {"n": "viele", "b": "x"},
        {},
        {"n"},
        ("b",),
        (),
    ),
    (
        "required by condition",
        form({"id": "a"}, {"id": "b", "required_when": {"field": "a", "is": "ja"}}),
        {"a": "ja"},
        {"a": "ja"},
        {"b"},
        (),
        (),
    ),
    (
        "required by the condition of a later answer",
        form({"id": "b", "required_when": {"field": "a", "is": "ja"}}, {"id": "a"}),
        {"a": "ja"},
        {"a": "ja"},
        {"b"},
        (),
        (),
    ),
    (
        "no is an answer",
        form({"id": "a", "type": "yes_no", "required": True}),
        {"a": "nein"},
        {"a": False},
        set(),
        (),
        (),
    ),
    (
        "headings hold nothing",
        form({"id": "h", "type": "heading"}, {"id": "i", "type": "information", "text": "T"}),
        {"h": "x", "i": "y"},
        {},
        set(),
        (),
        (),
    ),
    (
        "the condition of a step hides its fields",
        steps(
            {"id": "a", "title": "A", "fields": [{"id": "a"}]},
            {
                "id": "s",
                "title": "S",
                "fields": [{"id": "b", "required": True}],
                "show_when": {"field": "a", "is": "ja"},
            },
        ),
        {"a": "nein", "b": "x"},
        {"a": "nein"},
        set(),
        ("b",),
        (),
    ),
    (
        "inside a group",
        form(
            {"id": "a"},
            {
                "id": "g",
                "type": "group",
                "label": "G",
                "fields": [
                    {"id": "x", "type": "short_text", "label": "X", **shown_if("a")},
                    {"id": "y", "type": "short_text", "label": "Y", **shown_if("x")},
                    {"id": "z", "type": "number", "label": "Z", "required": True},
                ],
            },
        ),
        {"a": "nein", "g": {"x": "ja", "y": "1", "z": "zwei", "q": 1}},
        {"a": "nein"},
        {"g.z"},
        ("g.x", "g.y"),
        ("g.q",),
    ),
    (
        "a step that repeats is a list under its id",
        steps({"id": "fall", "title": "Fall", "repeat": {"minimum": 2}, "fields": [{"id": "x", "required": True}]}),
        {"fall": [{"x": "1"}, {}, {"x": "2"}]},
        {"fall": [{"x": "1"}, {"x": "2"}]},
        set(),
        (),
        (),
    ),
    (
        "a step that repeats too seldom",
        steps({"id": "fall", "title": "Fall", "repeat": {"minimum": 2}, "fields": [{"id": "x"}]}),
        {"fall": [{"x": "1"}]},
        {"fall": [{"x": "1"}]},
        {"fall"},
        (),
        (),
    ),
    (
        "computed values are computed, never read",
        form(
            {"id": "n", "type": "number"},
            {"id": "s", "type": "computed", "compute": {"function": "sum", "of": ["n"]}},
            {"id": "w", "required": True, "show_when": {"field": "s", "less_than": 3}},
        ),
        {"n": "2", "s": "99"},
        {"n": 2, "s": 2},
        {"w"},
        (),
        (),
    ),
]


@pytest.mark.parametrize(
    ("definition", "raw", "answers", "errors", "dropped", "unknown"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_cleaning(
    definition: Any,
    raw: dict[str, Any],
    answers: dict[str, Any],
    errors: set[str],
    dropped: tuple[str, ...],
    unknown: tuple[str, ...],
) -> None:
    cleaned = clean_answers(definition, raw, today=TODAY)
    assert cleaned.answers == answers
    assert set(cleaned.errors) == errors
    assert cleaned.ok is not bool(errors)
    assert (cleaned.dropped, cleaned.unknown) == (dropped, unknown)


def test_draft_keeps_hidden_answers_requires_nothing_and_reports_bad_values() -> None:
    definition = form(
        {"id": "a"},
        {"id": "b", **shown_if("a")},
        {"id": "n", "type": "number", "required": True},
        {"id": "t", "type": "date"},
    )
    cleaned = clean_answers(definition, {"a": "nein", "b": "bleibt", "t": "morgen"}, partial=True)
    assert cleaned.answers == {"a": "nein", "b": "bleibt"}
    assert list(cleaned.errors) == ["t"]
    assert cleaned.dropped == ()


def test_a_hidden_answer_of_a_draft_does_not_show_what_hangs_on_it() -> None:
    draft = clean_answers(CHAIN, {"a": "nein", "b": "ja", "c": "x"}, partial=True)
    assert draft.answers == {"a": "nein", "b": "ja", "c": "x"}
    assert visible_fields(CHAIN, draft.answers) == {"a"}
    assert clean_answers(CHAIN, draft.answers).answers == {"a": "nein"}


TWO = steps(
    {"id": "eins", "title": "1", "fields": [{"id": "a", "required": True}]},
    {"id": "zwei", "title": "2", "fields": [{"id": "b", "required": True, **shown_if("a")}]},
)


def test_one_step_sees_the_stored_answers_of_the_others() -> None:
    assert clean_answers(TWO, {}, steps=["zwei"], stored={"a": "ja"}).errors.keys() == {"b"}
    assert clean_answers(TWO, {"b": "x"}, steps=["zwei"], stored={"a": "ja"}).answers == {"b": "x"}
    hidden = clean_answers(TWO, {"b": "x"}, steps=["zwei"], stored={"a": "nein"})
    assert (hidden.answers, hidden.dropped) == ({}, ("b",))


def test_one_step_takes_the_others_from_the_submission_if_nothing_is_stored() -> None:
    cleaned = clean_answers(TWO, {"a": "ja", "b": "x", "z": 1}, steps=["zwei"])
    assert (cleaned.answers, cleaned.unknown) == ({"b": "x"}, ("z",))
    assert clean_answers(TWO, {}, steps=["eins"]).errors.keys() == {"a"}


def test_options_depend_on_a_cleaned_answer_even_if_asked_later() -> None:
    catalogues = StaticCatalogues({"fields": {"x": "X"}, "topics": [Option("t", "T", "x"), Option("u", "U", "y")]})
    definition = form(
        {"id": "thema", "type": "one_of", "options_from": "topics", "depends_on": "feld"},
        {"id": "feld", "type": "one_of", "options_from": "fields"},
    )
    assert clean_answers(definition, {"thema": "t", "feld": "x"}, catalogues=catalogues).ok
    assert clean_answers(definition, {"thema": "u", "feld": "x"}, catalogues=catalogues).errors.keys() == {"thema"}
    assert clean_answers(definition, {"thema": "t"}, catalogues=catalogues).errors.keys() == {"thema"}


def test_conditions_may_ask_for_role_and_state() -> None:
    definition = form({"id": "a", "required": True, "show_when": {"role": "office"}})
    assert clean_answers(definition, {"a": "x"}).dropped == ("a",)
    assert clean_answers(definition, {"a": "x"}, facts=Facts(roles=frozenset({"office"}))).answers == {"a": "x"}
    assert visible_fields(definition, {}, facts=Facts(roles=frozenset({"office"}))) == {"a"}


def test_sentences_name_the_question_and_speak_english() -> None:
    definition = form({"id": "a", "label": {"de": "Ihr Name", "en": "Your name"}, "required": True})
    assert clean_answers(definition, {}).errors == {"a": "Füllen Sie „Ihr Name“ aus."}
    assert clean_answers(definition, {}, language="en").errors == {"a": "Fill in “Your name”."}


def test_answers_come_in_the_order_of_the_form() -> None:
    definition = form({"id": "c", **shown_if("a")}, {"id": "b"}, {"id": "a"})
    assert list(clean_answers(definition, {"a": "ja", "b": "2", "c": "3"}).answers) == ["c", "b", "a"]


def test_rows_have_their_own_visibility() -> None:
    inner = [
        {"id": "x", "type": "short_text", "label": "X"},
        {"id": "y", "type": "short_text", "label": "Y", "required": True, **shown_if("x")},
        {"id": "z", "type": "short_text", "label": "Z", **shown_if("a")},
    ]
    definition = form({"id": "a"}, {"id": "rows", "type": "repeating_group", "fields": inner})
    raw = {"a": "ja", "rows": [{"x": "ja"}, {"x": "nein", "y": "weg"}, {"x": "ja", "y": "da", "z": "auch"}]}
    cleaned = clean_answers(definition, raw)
    assert cleaned.answers["rows"] == [{"x": "ja"}, {"x": "nein"}, {"x": "ja", "y": "da", "z": "auch"}]
    assert (set(cleaned.errors), cleaned.dropped) == ({"rows.0.y"}, ("rows.1.y",))
    fields = definition.form.steps[0].fields[1].fields
    assert visible_in_row(fields, {"x": "ja"}, {"a": "nein", "x": "nein"}) == {"x", "y"}
    assert visible_in_row(fields, {}, {"a": "ja", "x": "ja"}) == {"x", "z"}


def test_a_changed_form_is_not_cleaned_by_the_old_plan() -> None:
    for label in ("eins", "zwei", "drei"):
        for number in range(100):
            definition = form({"id": f"f{number}", "label": label, "required": True})
            assert clean_answers(definition, {}).errors == {f"f{number}": f"Füllen Sie „{label}“ aus."}


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["ja", "nein", "a", "1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "other", "met", "x", "0"]), inner, max_size=3)
    ),
    max_leaves=6,
)
REPORT = load_process(HURDLE_REPORT.read_text("utf-8"), str(HURDLE_REPORT))
REPORT_IDS = [each.id for step in REPORT.form.steps for each in step.fields]


def check_invariants(cleaned: Cleaned, partial: bool) -> None:
    assert set(cleaned.answers) <= set(REPORT_IDS)
    assert not set(cleaned.answers) & set(cleaned.dropped)
    if not partial:
        assert set(cleaned.answers) <= visible_fields(REPORT, cleaned.answers, TODAY)


@given(st.dictionaries(st.sampled_from(REPORT_IDS) | st.text(max_size=4), VALUES, max_size=12), st.booleans())
def test_any_submission_of_the_hurdle_report_yields_answers_and_sentences(raw: dict[str, Any], partial: bool) -> None:
    cleaned = clean_answers(REPORT, raw, today=TODAY, partial=partial)
    check_invariants(cleaned, partial)
    assert set(cleaned.unknown) == {name for name in raw if name not in REPORT_IDS}
    again = clean_answers(REPORT, cleaned.answers, today=TODAY, partial=partial)
    assert again.answers == cleaned.answers
    assert again.dropped == ()


FULL = {
    "melder_art": "mbe", "organisation": "Neuer Verein", "dienstort": "kreisweit", "rueckfragen": "ja",
    "melder_name": "Erika Beispiel", "melder_email": "e@b.example", "melder_telefon": "02241 123456",
    "kommunen": ["kreisweit"], "beobachtet_seit": "03.2025", "haeufigkeit": "einmal", "fallzahl": "3-5",
    "bereits_gemeldet": "nein", "handlungsfeld": "unklar", "rechtskreise": ["sgb2"], "rechtskreiswechsel": "nein",
    "stellen": ["abh", "andere"], "stellen_andere": "Zoll", "huerdenart": ["dauer"], "titel": "Kein Kurs",
    "situation": "Es fehlt ein Kurs. " * 40, "dringlichkeit": "hoch", "dringlichkeit_grund": "Frist läuft ab",
    "gespraech_moeglich": "nein", "rueckmeldung": "stand", "anonym_bestaetigt": "ja", "datenschutz_gelesen": "ja",
}  # fmt: skip


def test_the_whole_hurdle_report_is_accepted() -> None:
    cleaned = clean_answers(REPORT, FULL, today=TODAY)
    assert cleaned.errors == {} and cleaned.dropped == () and cleaned.unknown == ()
    assert set(cleaned.answers) == set(FULL)
    assert cleaned.answers["organisation"] == {"other": "Neuer Verein"}


def test_the_hurdle_report_asks_for_a_contact_only_if_one_is_wanted() -> None:
    cleaned = clean_answers(REPORT, {**FULL, "rueckfragen": "nein"}, today=TODAY)
    assert cleaned.errors == {}
    assert cleaned.dropped == ("melder_name", "melder_email", "melder_telefon", "gespraech_moeglich")
    missing = clean_answers(REPORT, {**FULL, "melder_name": "", "anonym_bestaetigt": None}, today=TODAY).errors
    assert set(missing) == {"melder_name", "anonym_bestaetigt"}
