"""Built forms: a class of its own for each set of questions, and always of one mind with the engine."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter
from werkzeug.datastructures import MultiDict

from kimforms.engine.catalogue import Option, StaticCatalogues
from kimforms.engine.cleaning import clean_answers, nest_form_data
from kimforms.engine.definition import ProcessDefinition
from kimforms.engine.fields import AnyField, Field
from kimforms.engine.fields.plan import entries_of, plan_of
from kimforms.forms import built_fields
from kimforms.forms.builder import BuiltForm, Circumstances, make_class, questions_form, step_form, submitted, walk

FIELD: TypeAdapter[Any] = TypeAdapter(AnyField)
LISTS = StaticCatalogues(
    {
        "municipalities": {"siegburg": "Siegburg", "much": "Much"},
        "organisations": {"caritas": "Caritasverband", "diakonie": "Diakonie"},
        "topics": [Option("kita", "Kita", "bildung"), Option("mangel", "Wohnungsmangel", "wohnen")],
        "fields": {"bildung": "Bildung", "wohnen": "Wohnen"},
    }
)
ABOUT = Circumstances(LISTS, date(2026, 11, 23))


def field(type_: str, id_: str = "x", **settings: Any) -> Field:
    built: Field = FIELD.validate_python({"id": id_, "type": type_, "label": id_.title(), **settings})
    return built


def definition(*steps: dict[str, Any]) -> ProcessDefinition:
    return ProcessDefinition.model_validate(
        {
            "key": "probe",
            "title": "Probe",
            "controller": "kreis",
            "numbering": {"prefix": "PR"},
            "form": {"steps": list(steps)},
            "workflow": {"initial": "neu", "states": {"neu": {"label": "neu"}}},
        }
    )


SHOWN_BY_A = {"field": "a", "is": "ja"}
QUESTIONS: list[dict[str, Any]] = [
    {"id": "a", "type": "one_of", "label": "A", "required": True,
     "options": [{"value": "ja", "label": "ja"}, {"value": "nein", "label": "nein"}]},
    {"id": "b", "type": "short_text", "label": "B", "required": True, "max_length": 5, "show_when": SHOWN_BY_A},
    {"id": "c", "type": "number", "label": "C"},
    {"id": "d", "type": "date", "label": "D", "required_when": SHOWN_BY_A},
    {"id": "e", "type": "several_of", "label": "E", "options": [{"value": "1", "label": "eins"}, {"value": "2", "label": "zwei"}]},
    {"id": "f", "type": "organisation", "label": "F", "allow_other": True},
    {"id": "g", "type": "yes_no", "label": "G", "required": True, "must_be_true": True},
    {"id": "feld", "type": "one_of", "label": "Feld", "options_from": "fields"},
    {"id": "thema", "type": "one_of", "label": "Thema", "options_from": "topics", "depends_on": "feld"},
    {"id": "h", "type": "group", "label": "H", "fields": [{"id": "i", "type": "email", "label": "I", "required": True}]},
    {"id": "j", "type": "repeating_group", "label": "J", "item": "Kind", "min_rows": 1, "fields": [
        {"id": "k", "type": "short_text", "label": "K", "required": True},
        {"id": "l", "type": "month", "label": "L", "show_when": {"field": "k", "is": "mehr"}, "required": True}]},
    {"id": "m", "type": "check_item", "label": "M", "evidence": [{"value": "pass", "label": "Pass"}], "required": True},
    {"id": "n", "type": "heading", "label": "N"},
    {"id": "o", "type": "computed", "label": "O", "compute": {"function": "sum", "of": ["c"]}},
]  # fmt: skip
RIGHT = [
    ("a", "ja"), ("b", "kurz"), ("c", "1.234"), ("d", "1.2.2026"), ("e", "1"), ("e", "2"), ("f", "Caritasverband"),
    ("g", "ja"), ("feld", "wohnen"), ("thema", "mangel"), ("h-i", "a@b.example"), ("j-0-k", "eins"),
    ("j-1-k", "mehr"), ("j-1-l", "02.2026"), ("m-met", "yes"), ("m-evidence", "pass"), ("m-note", "liegt vor"),
]  # fmt: skip


def changed(**changes: str | None) -> list[tuple[str, str]]:
    kept = [pair for pair in RIGHT if pair[0] not in changes]
    return kept + [(name.replace("__", "-"), value) for name, value in changes.items() if value is not None]


CASES: dict[str, list[tuple[str, str]]] = {
    "all right": RIGHT,
    "nothing": [],
    "hidden and filled": changed(a="nein"),
    "hidden and empty": [pair for pair in changed(a="nein") if pair[0] != "b"],
    "too long": changed(b="x" * 1_000_000),
    "unknown option": changed(a="vielleicht"),
    "two for one": [*RIGHT, ("a", "nein")],
    "unknown evidence": changed(**{"m-evidence": "ausweis"}),
    "topic elsewhere": changed(thema="kita"),
    "own organisation": changed(f="Verein für alles"),
    "no number": changed(c="viele"),
    "no day": changed(d="31.02.2026"),
    "row without its required part": [*RIGHT, ("j-2-l", "03.2026")],
    "hidden part of a row": [*RIGHT, ("j-0-l", "kein Monat")],
    "group refused": changed(**{"h-i": "kein@"}),
    "a group where a text belongs": [*RIGHT, ("b-x", "y"), ("b-0-z", "y")],
    "a text where a group belongs": [("j", "Text"), ("h", "Text"), ("m", "Text")],
    "unknown names": [*RIGHT, ("zzz", "1"), ("csrf", "2"), ("a.b", "3"), ("", "4")],
    "control characters": changed(b="a\x00\x1f\u202eb"),
}


@pytest.mark.parametrize("items", CASES.values(), ids=CASES.keys())
def test_the_engine_and_the_built_form_agree(items: list[tuple[str, str]]) -> None:
    probe = definition({"id": "s", "title": "S", "fields": QUESTIONS})
    form = step_form(probe, probe.form.steps[0], submitted(MultiDict(items).items(multi=True)), ABOUT)
    raw = nest_form_data(items)
    cleaned = clean_answers(probe, raw, catalogues=LISTS, today=ABOUT.today, steps={"s"})
    assert form.validate() is cleaned.ok
    assert form.verdict.answers == cleaned.answers
    assert dict(form.verdict.errors) == cleaned.errors
    marked = sum(len(one.errors) for one in walk(form))
    assert marked == len(cleaned.errors) == len(form.error_pairs())


@pytest.mark.parametrize("items", CASES.values(), ids=CASES.keys())
def test_what_was_entered_is_shown_again(items: list[tuple[str, str]]) -> None:
    probe = definition({"id": "s", "title": "S", "fields": QUESTIONS})
    form = step_form(probe, probe.form.steps[0], submitted(items), ABOUT)
    html = "".join(str(one()) for one in walk(form) if not isinstance(one, built_fields.NestedField))
    for name, value in items:
        if name in ("c", "d", "b") and name in form and value.isprintable():
            assert value in html


def test_hidden_questions_are_not_in_the_form() -> None:
    probe = definition({"id": "s", "title": "S", "fields": QUESTIONS})
    step = probe.form.steps[0]
    assert "b" in step_form(probe, step, {"a": "ja"}, ABOUT)
    assert "b" not in step_form(probe, step, {"a": "nein", "b": "kurz"}, ABOUT)
    assert "b" in step_form(probe, step, {"a": "ja"}, ABOUT)


def test_a_class_is_made_anew_and_never_changed() -> None:
    def names(cls: type[BuiltForm]) -> list[str]:
        return list(cls.unbound)

    first = make_class([field("short_text", "a"), field("number", "b")], "de")
    second = make_class([field("date", "a"), field("email", "c")], "de")
    third = make_class([field("short_text", "a"), field("number", "b")], "de")
    assert names(first) == names(third) == ["a", "b"] and names(second) == ["a", "c"]
    assert len({first, second, third}) == 3 and BuiltForm.unbound == {}
    kinds = [cls.unbound["a"].args[0].type for cls in (first, second, third)]
    assert kinds == ["short_text", "date", "short_text"]


def test_errors_in_rows_say_which_row_and_lead_to_the_control() -> None:
    probe = definition({"id": "s", "title": "S", "fields": QUESTIONS})
    form = step_form(probe, probe.form.steps[0], submitted([*RIGHT, ("j-2-l", "03.2026"), ("j-2-k", " ")]), ABOUT)
    form.validate()
    assert ("j-2-k", "J, Zeile 3: Füllen Sie „K“ aus.") in form.error_pairs()


def test_a_repeating_step_is_one_repeating_group() -> None:
    probe = definition({"id": "termine", "title": "Termine", "repeat": {"item": "Termin", "minimum": 1},
                        "fields": [{"id": "tag", "type": "date", "label": "Tag", "required": True}]})  # fmt: skip
    form = step_form(
        probe, probe.form.steps[0], submitted([("termine-0-tag", "1.2.2026"), ("termine-1-tag", "x")]), ABOUT
    )
    rows = form["termine"]
    assert isinstance(rows, built_fields.RowsField) and [row.form["tag"].name for row in rows.entries] == [
        "termine-0-tag", "termine-1-tag",
    ]  # fmt: skip
    assert not form.validate() and form.error_pairs()[0][1].startswith("Termin 2: ")
    assert form.verdict.errors == {"termine.1.tag": rows.entries[1].form["tag"].errors[0]}


def test_questions_of_a_transition_see_the_answers_around_them() -> None:
    plan = plan_of(entries_of([field("short_text", "grund", required_when={"field": "a", "is": "ja"})]))
    assert not questions_form(("t", "1"), plan, {}, ABOUT, {"a": "ja"}).validate()
    assert questions_form(("t", "1"), plan, {}, ABOUT, {"a": "nein"}).validate()


def test_dependent_lists_show_only_what_fits() -> None:
    probe = definition({"id": "s", "title": "S", "fields": QUESTIONS})
    form = step_form(probe, probe.form.steps[0], {"feld": "wohnen"}, ABOUT)
    assert [choice[0] for choice in form["thema"].iter_choices()] == ["mangel"]


def test_personal_data_is_found_in_texts_that_ask_for_it() -> None:
    probe = definition({"id": "s", "title": "S", "fields": [
        {"id": "t", "type": "long_text", "label": "T", "check_free_text": True},
        {"id": "u", "type": "long_text", "label": "U"}]})  # fmt: skip
    text = "Frau Öztürk, geboren am 03.04.1988"
    form = step_form(probe, probe.form.steps[0], {"t": text, "u": text}, ABOUT)
    assert form.look_for_personal_data() >= 2
    assert {hit["kind"] for hit in form["t"].kimforms["hits"]} == {"Name", "Geburtsdatum"}
    assert "hits" not in form["u"].kimforms


def test_files_say_what_they_take() -> None:
    cls = make_class([field("file", "beleg", kinds=["pdf"], multiple=True)], "de")
    bound = cls({}, built_fields.Frame(ABOUT.context(), ABOUT.facts))["beleg"]
    assert bound.kimforms["accept"] == ".pdf" and 'type="file"' in str(bound())


def test_the_words_follow_the_language() -> None:
    english = Circumstances(LISTS, ABOUT.today, "en")
    probe = definition({"id": "s", "title": "S", "fields": [
        {"id": "a", "type": "yes_no", "label": {"de": "Frage", "en": "Question"}, "required": True}]})  # fmt: skip
    form = step_form(probe, probe.form.steps[0], {}, english)
    assert [choice[1] for choice in form["a"].iter_choices()] == ["yes", "no"]
    form.validate()
    assert form.error_pairs() == [("a", "Choose an answer for “Question”.")]
