"""What forms of papers need: fields that services fill, drafts, fewer rounds by exception, the first case that holds."""

# ruff: noqa: E501 - the tables read best with one case a line

import copy
from typing import Any

import pytest

from kimforms.engine.catalogue import StaticCatalogues
from kimforms.engine.check import check
from kimforms.engine.cleaning import clean_answers
from kimforms.engine.diff import diff
from kimforms.engine.fields import CleanContext, Computed, Person
from kimforms.engine.fields.groups import row_mark

from .definitions import read, small

NUMBER = {"id": "number", "type": "short_text", "label": "Nummer", "required": True, "read_only": True}
CASES = {"id": "cases", "type": "number", "label": "Fälle", "read_only": True}
VOTES = {
    "id": "votes", "type": "group", "label": "Stimmen", "read_only": True,
    "fields": [{"id": "yes", "type": "number", "label": "Ja", "required": True}],
}  # fmt: skip
WHY = {
    "id": "why",
    "type": "long_text",
    "label": "Warum?",
    "required": True,
    "show_when": {"field": "cases", "less_than": 3},
}
ROUNDS = {
    "id": "rounds", "title": "Die Fälle",
    "repeat": {"minimum": 3, "minimum_by_exception": {"minimum": 1, "when": {"field": "cases", "less_than": 3}}, "item": "Fall", "naming": "letters"},
    "fields": [{"id": "start", "type": "long_text", "label": "Ausgangslage", "required": True}],
}  # fmt: skip


def paper(*fields: dict[str, Any], **parts: Any) -> dict[str, Any]:
    data = small(**parts)
    data["form"]["steps"][0]["fields"] += copy.deepcopy(list(fields))
    return data


def drafted(**settings: Any) -> dict[str, Any]:
    data = small()
    data["workflow"]["states"]["new"] |= {"draft": True, "editable": [{"role": "coordinator"}], **settings}
    return data


WHOLE = paper(NUMBER, CASES, VOTES, WHY)
WHOLE["form"]["steps"].append(copy.deepcopy(ROUNDS))
DEFINITION = read(WHOLE)
THREE = [{"start": "a"}, {"start": "b"}, {"start": "c"}]


@pytest.mark.parametrize(
    ("raw", "stored", "answers", "errors"),
    [
        ({"subject": "x", "rounds": THREE, "number": "FR-1", "cases": "9", "votes": {"yes": "7"}}, None, {"subject": "x", "rounds": THREE}, set()),
        ({"subject": "x", "rounds": THREE, "number": "FR-9"}, {"number": "FR-1", "cases": 3}, {"subject": "x", "number": "FR-1", "cases": 3, "rounds": THREE}, set()),
        ({"subject": "x", "rounds": THREE}, {"votes": {"yes": 7}}, {"subject": "x", "votes": {"yes": 7}, "rounds": THREE}, set()),
        # what services fill decides about what is shown and how many rounds are needed
        ({"subject": "x", "rounds": THREE[:1]}, {"cases": 2}, {"subject": "x", "cases": 2, "rounds": THREE[:1]}, {"why"}),
        ({"subject": "x", "rounds": THREE[:1], "why": "eilt"}, {"cases": 2}, {"subject": "x", "cases": 2, "why": "eilt", "rounds": THREE[:1]}, set()),
        ({"subject": "x", "rounds": THREE[:2]}, {"cases": 3}, {"subject": "x", "cases": 3, "rounds": THREE[:2]}, {"rounds"}),
        ({"subject": "x", "rounds": THREE[:2]}, None, {"subject": "x", "rounds": THREE[:2]}, {"rounds"}),
        # a forged number of cases opens nothing
        ({"subject": "x", "rounds": THREE[:1], "cases": "1"}, {"cases": 3}, {"subject": "x", "cases": 3, "rounds": THREE[:1]}, {"rounds"}),
    ],
)  # fmt: skip
def test_read_only_fields_hold_what_is_stored(raw: dict[str, Any], stored: Any, answers: Any, errors: set[str]) -> None:
    cleaned = clean_answers(DEFINITION, raw, stored=stored)
    assert cleaned.answers == answers
    assert set(cleaned.errors) == errors
    assert cleaned.dropped == cleaned.unknown == ()


def test_the_sentence_names_the_number_that_is_needed_now() -> None:
    few = clean_answers(DEFINITION, {"subject": "x", "why": "y"}, stored={"cases": 1}).errors["rounds"]
    many = clean_answers(DEFINITION, {"subject": "x"}, stored={"cases": 5}).errors["rounds"]
    assert ("mindestens 1 sind nötig" in few, "mindestens 3 sind nötig" in many) == (True, True)


def test_a_draft_needs_no_round_and_keeps_what_services_filled() -> None:
    cleaned = clean_answers(DEFINITION, {"number": "x"}, stored={"number": "FR-1"}, partial=True)
    assert (cleaned.answers, cleaned.errors) == ({"number": "FR-1"}, {})


def test_what_services_filled_stays_where_its_question_is_hidden() -> None:
    hidden = read(paper(CASES, {**NUMBER, "show_when": {"field": "cases", "is": 1}}))
    cleaned = clean_answers(hidden, {"subject": "x", "number": "y"}, stored={"number": "FR-1"})
    assert (cleaned.answers, cleaned.dropped) == ({"subject": "x", "number": "FR-1"}, ())


@pytest.mark.parametrize(
    ("number", "naming", "mark"),
    [(1, "numbers", "1"), (1, "letters", "A"), (3, "letters", "C"), (26, "letters", "Z"), (27, "letters", "AA"), (53, "letters", "BA")],
)  # fmt: skip
def test_marks_of_rows(number: int, naming: Any, mark: str) -> None:
    assert row_mark(number, naming) == mark


FIRST = {
    "function": "first_match",
    "cases": [
        {"when": {"all": [{"field": "kind", "is": "a"}, {"field": "n", "at_least": 2}]}, "value": {"de": "beides", "en": "both"}},
        {"when": {"field": "kind", "is": "a"}, "value": "nur a"},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "value", "english"),
    [
        ({"kind": "a", "n": 2}, "beides", "both"),
        ({"kind": "a", "n": 1}, "nur a", "nur a"),
        ({"kind": "b", "n": 5}, None, ""),
        ({}, None, ""),
    ],
)
def test_the_first_case_that_holds(answers: dict[str, Any], value: Any, english: str) -> None:
    each = Computed.model_validate({"id": "x", "label": "Folge", "compute": FIRST})
    assert each.depends() == ("kind", "n")
    assert each.clean("forged", CleanContext(answers=answers)) == value
    assert each.display(value, CleanContext(language="en")) == english


def test_a_person_of_several_roles_is_listed_once() -> None:
    lists = StaticCatalogues({"persons:coordinator": {"7": "A", "8": "B"}, "persons:office": {"8": "B", "9": "C"}})
    each = Person.model_validate({"id": "p", "label": "Wer?", "role": ["coordinator", "office"]})
    context = CleanContext(lists)
    assert [one.value for one in each.choices(context)] == ["7", "8", "9"]
    assert [each.display(each.clean(one, context), context) for one in ("7", "8", "9")] == ["A", "B", "C"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda step: step["repeat"]["minimum_by_exception"].update(minimum=3),
        lambda step: step["repeat"]["minimum_by_exception"].update(minimum=-1),
        lambda step: step["repeat"]["minimum_by_exception"].pop("when"),
        lambda step: step["repeat"].update(naming="runes"),
        lambda step: step["fields"].append({"id": "c", "type": "computed", "label": "C", "compute": {"function": "first_match"}}),
        lambda step: step["fields"].append({"id": "c", "type": "computed", "label": "C", "compute": {**FIRST, "of": ["start"]}}),
        lambda step: step["fields"].append({"id": "c", "type": "computed", "label": "C", "compute": {"function": "sum", "of": ["a"], "cases": FIRST["cases"]}}),
        lambda step: step["fields"].append({"id": "p", "type": "person", "label": "P", "role": []}),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_not_read(spoil: Any) -> None:
    data = copy.deepcopy(WHOLE)
    spoil(data["form"]["steps"][1])
    with pytest.raises(ValueError, match="validation error"):
        read(data)


HEADING = {"id": "h", "type": "heading", "label": "H", "read_only": True}
TICK = {"id": "t", "type": "yes_no", "label": "T", "must_be_true": True, "read_only": True}
INNER = {**VOTES, "read_only": False, "fields": [{"id": "yes", "type": "number", "label": "Ja", "read_only": True}]}
SUM = {
    "id": "s",
    "type": "computed",
    "label": "S",
    "read_only": True,
    "compute": {"function": "count", "of": ["subject"]},
}
LOST = {
    "id": "l",
    "type": "computed",
    "label": "L",
    "compute": {"function": "first_match", "cases": [{"when": {"field": "nowhere", "is": "x"}, "value": "y"}]},
}


def rounds(**exception: Any) -> dict[str, Any]:
    data = paper(CASES)
    data["form"]["steps"].append(copy.deepcopy(ROUNDS))
    data["form"]["steps"][1]["repeat"]["minimum_by_exception"]["when"] = exception
    return data


def in_transition() -> dict[str, Any]:
    data = small()
    data["workflow"]["transitions"][0]["form"] = [{"id": "q", "type": "short_text", "label": "Q", "read_only": True}]
    return data


def in_round() -> dict[str, Any]:
    data = copy.deepcopy(WHOLE)
    data["form"]["steps"][1]["fields"][0]["read_only"] = True
    return data


F = "form.steps[0].fields"


@pytest.mark.parametrize(
    ("data", "severity", "where", "text"),
    [
        (paper(HEADING), "error", f"{F}[2].read_only", "„h“ hat keine Antwort; „read_only“ passt hier nicht."),
        (paper(TICK), "error", f"{F}[2].read_only", "„t“ muss bestätigt werden und wird nie gefragt."),
        (paper(SUM), "warning", f"{F}[2].read_only", "„s“ wird berechnet und ohnehin nicht gefragt."),
        (paper(INNER), "error", f"{F}[2]", "„yes“ steht in einer Gruppe; „read_only“ gilt nur für die ganze Gruppe."),
        (in_round(), "error", "form.steps[1]", "„start“ steht in einem mehrfachen Abschnitt; „read_only“ gilt hier nicht."),
        (in_transition(), "error", "workflow.transitions[0].form", "„q“: ein Schritt fragt nur, „read_only“ passt hier nicht."),
        (paper(LOST), "error", f"{F}[2].compute.cases[0].when", "nowhere"),
        (rounds(field="nowhere", is_="x"), "error", "form.steps[1].repeat.minimum_by_exception.when", "nowhere"),
        (rounds(field="start", empty=True), "error", "form.steps[1].repeat.minimum_by_exception.when", "das wird erst hier oder danach gefragt"),
        (drafted(kind="done"), "error", "workflow.states.new.draft", "„neu“ ist ein Ende und kann kein Entwurf sein."),
        (drafted(editable=[]), "error", "workflow.states.new.editable", "„neu“ ist ein Entwurf, aber niemand darf ihn ergänzen (editable)."),
        (paper(numbering={"prefix": "FR", "field": "nowhere"}), "error", "numbering.field", "Das Feld „nowhere“ gibt es nicht."),
        (paper(numbering={"prefix": "FR", "field": "subject"}), "error", "numbering.field", "„subject“ zeigt die vergebene Nummer und braucht „read_only: true“."),
        (paper(CASES, numbering={"prefix": "FR", "field": "cases"}), "error", "numbering.field", "„cases“ ist vom Typ number; hier passt nur short_text."),
    ],
)  # fmt: skip
def test_findings(data: dict[str, Any], severity: str, where: str, text: str) -> None:
    if "is_" in str(data):
        data["form"]["steps"][1]["repeat"]["minimum_by_exception"]["when"] = {"field": "nowhere", "is": "x"}
    found = [(one.severity, one.where) for one in check(read(data)) if text in one.text]
    assert (severity, where) in found


def test_a_paper_that_is_right_has_no_findings() -> None:
    data = {**copy.deepcopy(WHOLE), "numbering": {"prefix": "FR", "field": "number"}}
    data["workflow"]["states"]["new"] |= {"draft": True, "editable": [{"role": "coordinator"}]}
    assert {one.severity for one in check(read(data))} <= {"hint"}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda d: d["form"]["steps"][0]["fields"][2].pop("read_only"), "Das Feld „Nummer“, nur lesbar: jetzt „nein“, vorher „ja“."),
        (lambda d: d["workflow"]["states"]["new"].update(draft=True), "Der Stand „neu“, Entwurf: jetzt „ja“, vorher „nein“."),
        (lambda d: d["form"]["steps"][1]["repeat"].pop("naming"), "Der Abschnitt „Die Fälle“, Wiederholung, Benennung der Wiederholungen: jetzt „numbers“, vorher „letters“."),
        (lambda d: d["form"]["steps"][1]["repeat"]["minimum_by_exception"].update(minimum=2), "Der Abschnitt „Die Fälle“, Wiederholung, Mindestzahl im Ausnahmefall, Mindestwert: jetzt „2“, vorher „1“."),
        (lambda d: d["numbering"].update(field="number"), "Der Prozess, Nummerierung, Feld für die Nummer: jetzt „number“, vorher nicht gesetzt."),
    ],
)  # fmt: skip
def test_differences_are_said_in_german(change: Any, text: str) -> None:
    data = copy.deepcopy(WHOLE)
    change(data)
    assert [one.text for one in diff(DEFINITION, read(data))] == [text]
