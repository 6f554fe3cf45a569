"""The condition language: shapes, judgement, reasons, explanations."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from kimforms.engine.conditions import Condition, Facts, Labels, evaluate, explain, fields_in, holds, moment_on

ADAPTER: TypeAdapter[Any] = TypeAdapter(Condition)
TODAY = date(2026, 11, 22)


def read(data: object) -> Any:
    return ADAPTER.validate_python(data)


SHAPES: list[dict[str, Any]] = [
    {"field": "a", "is": "ja"},
    {"field": "a", "is": True},
    {"field": "a", "is": 1},
    {"field": "a", "is_not": "ja"},
    {"field": "a", "in": ["x", "y", 3]},
    {"field": "a", "contains": "x"},
    {"field": "a", "less_than": 3},
    {"field": "a", "at_most": 3.5},
    {"field": "a", "more_than": -3},
    {"field": "a", "at_least": 0},
    {"field": "a", "before": "today"},
    {"field": "a", "after": "today-14"},
    {"field": "a", "after": "2026-11-22"},
    {"field": "a", "empty": True},
    {"field": "a", "empty": False},
    {"state": "erfasst"},
    {"state": ["erfasst", "gemeldet"]},
    {"role": "coordinator"},
    {"actor": "creator"},
    {"links": "report", "at_least": 3},
    {"links": "report", "at_least": 3, "process": "hurdle_report"},
    {"date": "submitted", "before": "today-30"},
    {"date": "due", "after": "2026-01-01"},
    {"all": []},
    {"any": [{"role": "office"}]},
    {"not": {"any": [{"field": "a", "is": "x"}, {"all": [{"field": "b", "empty": True}, {"state": "neu"}]}]}},
]


@pytest.mark.parametrize("data", SHAPES, ids=str)
def test_every_shape_survives_unchanged(data: dict[str, Any]) -> None:
    condition = read(data)
    assert ADAPTER.dump_python(condition) == data
    assert ADAPTER.validate_json(ADAPTER.dump_json(condition, exclude_defaults=True)) == condition


@pytest.mark.parametrize("data", SHAPES, ids=str)
def test_every_shape_explains_itself_in_both_languages(data: dict[str, Any]) -> None:
    condition = read(data)
    german, english = explain(condition), explain(condition, language="en")
    assert german.startswith("wenn ") or german == "immer"
    assert english.startswith("if ") or english == "always"
    assert "{" not in german + english and "None" not in german + english


REFUSED: list[object] = [
    {},
    {"field": "a"},
    {"field": "a", "is": "x", "in": ["x"]},
    {"field": "a", "is": "x", "note": "y"},
    {"field": "a", "is": None},
    {"field": "a", "is": ["x"]},
    {"field": "", "is": "x"},
    {"field": 1, "is": "x"},
    {"field": "a", "in": []},
    {"field": "a", "less_than": "3"},
    {"field": "a", "less_than": True},
    {"field": "a", "less_than": float("nan")},
    {"field": "a", "before": "tomorrow"},
    {"field": "a", "before": "today+"},
    {"field": "a", "before": "2026-02-30"},
    {"field": "a", "before": "today+999999"},
    {"field": "a", "empty": "yes"},
    {"field": "a", "matches": ".*"},
    {"actor": "anybody"},
    {"links": "report"},
    {"links": "report", "at_least": -1},
    {"date": "birthday", "before": "today"},
    {"state": []},
    {"all": [{"role": "a"}], "any": []},
    {"all": {"role": "a"}},
    {"all": [{}]},
    {"not": None},
    {"eval": "1"},
    "ja",
    None,
    [],
    1,
]


@pytest.mark.parametrize("data", REFUSED, ids=str)
def test_what_is_no_condition_is_refused(data: object) -> None:
    with pytest.raises(ValidationError):
        read(data)


def test_depth_is_limited() -> None:
    data: dict[str, Any] = {"role": "a"}
    for _ in range(11):
        data = {"not": data}
    assert holds(read(data), Facts()) is True
    with pytest.raises(ValidationError, match="12 Ebenen"):
        read({"not": data})


FACTS = Facts(
    answers={
        "ja": "ja",
        "zahl": 5,
        "geld": "12.50",
        "tag": "2026-11-20",
        "monat": "2026-11",
        "liste": ["a", "b"],
        "wahr": True,
        "falsch": False,
        "leer": "",
        "nichts": None,
        "leere_liste": [],
        "gruppe": {"ort": "Much", "zahl": 2},
        "leere_gruppe": {"ort": None},
        "eigene": {"other": "Neuer Verein"},
        "punkt": {"met": "yes", "evidence": ["pass"]},
        "null": 0,
    },
    state="erfasst",
    roles=frozenset({"coordinator"}),
    actor_is=frozenset({"creator"}),
    today=TODAY,
    links={"report": {"hurdle_report": 2, "theme": 1}, "decision": 1},
    dates={"submitted": date(2026, 10, 1), "due": None},
)

JUDGED: list[tuple[dict[str, Any], bool]] = [
    ({"field": "ja", "is": "ja"}, True),
    ({"field": "ja", "is": "nein"}, False),
    ({"field": "fehlt", "is": "ja"}, False),
    ({"field": "fehlt", "is": ""}, False),
    ({"field": "liste", "is": "a"}, False),
    ({"field": "wahr", "is": True}, True),
    ({"field": "wahr", "is": "ja"}, True),
    ({"field": "falsch", "is": "nein"}, True),
    ({"field": "falsch", "is": False}, True),
    ({"field": "wahr", "is": 1}, False),
    ({"field": "zahl", "is": 5}, True),
    ({"field": "zahl", "is": True}, False),
    ({"field": "geld", "is": 12.5}, True),
    ({"field": "null", "is": 0}, True),
    ({"field": "null", "is": False}, False),
    ({"field": "punkt", "is": "yes"}, True),
    ({"field": "eigene", "is": "other"}, True),
    ({"field": "gruppe", "is": "Much"}, False),
    ({"field": "gruppe.ort", "is": "Much"}, True),
    ({"field": "gruppe.fehlt", "is": "Much"}, False),
    ({"field": "ja.ort", "is": "Much"}, False),
    ({"field": "ja", "is_not": "nein"}, True),
    ({"field": "ja", "is_not": "ja"}, False),
    ({"field": "fehlt", "is_not": "ja"}, False),
    ({"field": "leer", "is_not": "ja"}, False),
    ({"field": "liste", "is_not": "a"}, False),
    ({"not": {"field": "fehlt", "is": "ja"}}, True),
    ({"field": "ja", "in": ["nein", "ja"]}, True),
    ({"field": "zahl", "in": [1, 5]}, True),
    ({"field": "ja", "in": ["nein"]}, False),
    ({"field": "liste", "in": ["a", "b"]}, False),
    ({"field": "liste", "contains": "b"}, True),
    ({"field": "liste", "contains": "c"}, False),
    ({"field": "ja", "contains": "j"}, False),
    ({"field": "fehlt", "contains": "a"}, False),
    ({"field": "zahl", "less_than": 6}, True),
    ({"field": "zahl", "less_than": 5}, False),
    ({"field": "zahl", "at_most": 5}, True),
    ({"field": "zahl", "more_than": 5}, False),
    ({"field": "zahl", "more_than": 4}, True),
    ({"field": "zahl", "at_least": 5}, True),
    ({"field": "geld", "at_least": 12.5}, True),
    ({"field": "geld", "more_than": 12.5}, False),
    ({"field": "ja", "at_least": 0}, False),
    ({"field": "wahr", "at_least": 0}, False),
    ({"field": "fehlt", "less_than": 3}, False),
    ({"field": "liste", "at_least": 0}, False),
    ({"field": "tag", "before": "today"}, True),
    ({"field": "tag", "before": "2026-11-20"}, False),
    ({"field": "tag", "after": "today-3"}, True),
    ({"field": "tag", "after": "today-2"}, False),
    ({"field": "tag", "before": "today+14"}, True),
    ({"field": "monat", "before": "2026-11-02"}, True),
    ({"field": "ja", "before": "today"}, False),
    ({"field": "fehlt", "after": "today"}, False),
    ({"field": "leer", "empty": True}, True),
    ({"field": "nichts", "empty": True}, True),
    ({"field": "leere_liste", "empty": True}, True),
    ({"field": "leere_gruppe", "empty": True}, True),
    ({"field": "fehlt", "empty": True}, True),
    ({"field": "falsch", "empty": True}, False),
    ({"field": "null", "empty": False}, True),
    ({"field": "liste", "empty": False}, True),
    ({"state": "erfasst"}, True),
    ({"state": ["neu", "erfasst"]}, True),
    ({"state": "neu"}, False),
    ({"role": "coordinator"}, True),
    ({"role": "office"}, False),
    ({"actor": "creator"}, True),
    ({"actor": "assignee"}, False),
    ({"links": "report", "at_least": 3}, True),
    ({"links": "report", "at_least": 3, "process": "hurdle_report"}, False),
    ({"links": "report", "at_least": 2, "process": "hurdle_report"}, True),
    ({"links": "decision", "at_least": 1}, True),
    ({"links": "decision", "at_least": 1, "process": "decision"}, False),
    ({"links": "nothing", "at_least": 1}, False),
    ({"links": "nothing", "at_least": 0}, True),
    ({"date": "submitted", "before": "today-30"}, True),
    ({"date": "submitted", "after": "today-30"}, False),
    ({"date": "due", "before": "today"}, False),
    ({"date": "created", "before": "today"}, False),
    ({"all": []}, True),
    ({"any": []}, False),
    ({"all": [{"state": "erfasst"}, {"role": "coordinator"}]}, True),
    ({"all": [{"state": "erfasst"}, {"role": "office"}]}, False),
    ({"any": [{"state": "neu"}, {"role": "coordinator"}]}, True),
    ({"not": {"state": "erfasst"}}, False),
]


@pytest.mark.parametrize(("data", "expected"), JUDGED, ids=str)
def test_judgement(data: dict[str, Any], expected: bool) -> None:
    condition = read(data)
    assert holds(condition, FACTS) is expected
    assert evaluate(condition, FACTS).ok is expected
    assert evaluate(read({"not": data}), FACTS).ok is not expected


def test_no_condition_is_fulfilled() -> None:
    assert holds(None, Facts()) and evaluate(None, Facts()).ok


def test_without_facts_nothing_that_asks_for_them_holds() -> None:
    for data in ({"role": "a"}, {"state": "a"}, {"actor": "creator"}, {"field": "a", "before": "today"}):
        assert not holds(read(data), Facts(answers={"a": "2026-01-01"}))


LABELS = Labels(
    fields={"rueckfragen": "Dürfen wir Sie …?", "fallzahl": "Fälle", "kommunen": "Kommunen"},
    options={"rueckfragen": {"ja": "ja, gern"}, "kommunen": {"much": "Much"}},
    states={"erfasst": "Erfasst"},
    roles={"office": "Geschäftsstelle"},
    links={"report": "Meldung"},
)

REASONS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"field": "rueckfragen", "is": "ja"}, {"rueckfragen": "nein"}, "„Dürfen wir Sie …?“ ist nicht „ja, gern“."),
    ({"field": "rueckfragen", "is": "ja"}, {"rueckfragen": "ja"}, "„Dürfen wir Sie …?“ ist „ja, gern“."),
    ({"field": "rueckfragen", "is": "ja"}, {}, "„Dürfen wir Sie …?“ ist nicht beantwortet."),
    ({"not": {"field": "rueckfragen", "is": "ja"}}, {"rueckfragen": "ja"}, "„Dürfen wir Sie …?“ ist „ja, gern“."),
    ({"field": "fallzahl", "at_least": 3}, {"fallzahl": 2}, "„Fälle“ ist nicht mindestens 3."),
    ({"field": "fallzahl", "less_than": 2.5}, {"fallzahl": 2}, "„Fälle“ ist kleiner als 2,5."),
    ({"field": "kommunen", "contains": "much"}, {"kommunen": ["x"]}, "„Kommunen“ enthält nicht „Much“."),
    ({"field": "kommunen", "empty": False}, {}, "„Kommunen“ ist leer."),
    ({"field": "x", "after": "today+1"}, {"x": "2026-11-22"}, "„x“ liegt nicht später als morgen."),
    ({"field": "x", "before": "2026-01-31"}, {"x": "2026-01-01"}, "„x“ liegt früher als der 31.01.2026."),
    ({"state": ["erfasst", "neu"]}, {}, "Der Stand ist nicht „Erfasst“ oder „neu“."),
    ({"role": "office"}, {}, "Die handelnde Person hat nicht die Rolle „Geschäftsstelle“."),
    ({"actor": "assignee"}, {}, "Die handelnde Person ist für den Vorgang nicht zuständig."),
    ({"links": "report", "at_least": 3}, {}, "Der Vorgang hat 0 statt mindestens 3 Verknüpfungen der Art „Meldung“."),
    (
        {"all": [{"field": "a", "is": 1}, {"field": "b", "is": 2}, {"field": "c", "is": 3}]},
        {"a": 1},
        "„b“ ist nicht beantwortet und „c“ ist nicht beantwortet.",
    ),
    ({"any": [{"field": "a", "is": 1}, {"field": "b", "is": 2}]}, {"b": 2}, "„b“ ist „2“."),
    ({"field": "gruppe.ort", "is": "x"}, {}, "„gruppe.ort“ ist nicht beantwortet."),
]


@pytest.mark.parametrize(("data", "answers", "sentence"), REASONS)
def test_reasons(data: dict[str, Any], answers: dict[str, Any], sentence: str) -> None:
    assert evaluate(read(data), Facts(answers=answers, today=TODAY), LABELS).reason == sentence


EXPLAINED: list[tuple[dict[str, Any], str, str]] = [
    (
        {"field": "rueckfragen", "is": "ja"},
        "wenn „Dürfen wir Sie …?“ „ja, gern“ ist",
        "if “Dürfen wir Sie …?” is “ja, gern”",
    ),
    (
        {"not": {"any": [{"field": "a", "is": "x"}, {"field": "b", "is": "y"}]}},
        "wenn „a“ nicht „x“ ist und „b“ nicht „y“ ist",
        "if “a” is not “x” and “b” is not “y”",
    ),
    (
        {"all": [{"state": "erfasst"}, {"any": [{"role": "office"}, {"actor": "follower"}]}]},
        "wenn der Stand „Erfasst“ ist und (die handelnde Person die Rolle „Geschäftsstelle“ hat oder "
        "die handelnde Person dem Vorgang folgt)",
        "if the state is “Erfasst” and (the person who acts has the role “Geschäftsstelle” or "
        "the person who acts is a follower of the record)",
    ),
    (
        {"date": "state_since", "before": "today-14"},
        "wenn der Beginn des Standes früher als heute vor 14 Tagen liegt",
        "if the start of the state is earlier than 14 days ago",
    ),
    ({"field": "a", "empty": True}, "wenn „a“ leer ist", "if “a” is empty"),
    ({"all": []}, "immer", "always"),
    ({"any": []}, "nie", "never"),
]


@pytest.mark.parametrize(("data", "german", "english"), EXPLAINED)
def test_explanations(data: dict[str, Any], german: str, english: str) -> None:
    assert explain(read(data), LABELS) == german
    assert explain(read(data), LABELS, "en") == english


def test_labels_may_be_a_bare_mapping() -> None:
    assert explain(read({"field": "a", "is": True}), {"a": "Frage"}) == "wenn „Frage“ „ja“ ist"
    assert explain(None) == "immer"


def test_fields_in_names_each_once_in_order() -> None:
    data = {
        "all": [
            {"field": "b", "is": 1},
            {"not": {"field": "a", "empty": True}},
            {"field": "b", "in": [2]},
            {"role": "r"},
        ]
    }
    assert fields_in(read(data)) == ("b", "a")
    assert fields_in(None) == ()


MOMENTS = [
    ("today", TODAY),
    ("today+14", date(2026, 12, 6)),
    ("today-22", date(2026, 10, 31)),
    ("2026-02-28", date(2026, 2, 28)),
    ("2026-02-30", None),
    ("20260228", None),
    ("today*2", None),
]


@pytest.mark.parametrize(("moment", "day"), MOMENTS)
def test_moments(moment: str, day: date | None) -> None:
    assert moment_on(moment, TODAY) == day
    assert moment_on("today", None) is None


ANSWERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["met", "other", "x"]), inner, max_size=2)
    ),
    max_leaves=6,
)
LEAVES = st.sampled_from([data for data in SHAPES if "all" not in data and "any" not in data and "not" not in data])
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3))
        | st.builds(lambda parts: {"any": parts}, st.lists(inner, max_size=3))
        | st.builds(lambda part: {"not": part}, inner)
    ),
    max_leaves=5,
)


@given(TREES, ANSWERS)
def test_no_answer_whatever_makes_a_condition_fail(data: dict[str, Any], answer: Any) -> None:
    try:
        condition = read(data)
    except ValidationError:
        return  # deeper than allowed
    facts = Facts(answers={"a": answer, "b": answer}, today=TODAY, links={"report": 2})
    verdict = evaluate(condition, facts)
    assert verdict.ok is holds(condition, facts)
    assert verdict.reason.endswith(".") and not verdict.reason[0].islower()


@given(TREES)
def test_dump_is_lossless(data: dict[str, Any]) -> None:
    try:
        condition = read(data)
    except ValidationError:
        return
    assert ADAPTER.dump_python(condition) == data
