"""Makes a new WTForms class out of the questions of a definition and opens it with what was entered.

``step_form`` serves the pages of a form, ``questions_form`` the small form of a transition. Nothing shared is ever
changed: for each set of questions, language and visible fields there is a class of its own, kept by content. The form
carries raw input and hands it to the engine, so both always say the same (``tests/forms/test_builder.py``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as setting
from datetime import date
from functools import partial
from typing import Any

from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from ..engine import fields as types
from ..engine.catalogue import Catalogues
from ..engine.cleaning import Rounds, clean_answers, fields_of, nest_form_data, visible_fields, visible_in_row
from ..engine.conditions import Facts
from ..engine.definition import ProcessDefinition, Step, content_hash
from ..engine.fields import CleanContext, Field
from ..engine.fields.choices import Choosing
from ..engine.fields.plan import Plan, clean_fields
from ..engine.text import pick
from . import built_fields as built
from .built_fields import BuiltField, Frame

FEW = 7
"""So many options stand as radio buttons; more are a list to open."""
MOST_CLASSES = 1000


@dataclass(frozen=True)
class Look:
    """The answers so far, hidden ones among them, and the ids of the questions that they show."""

    answers: Mapping[str, Any]
    visible: set[str]


@dataclass(frozen=True)
class Circumstances:
    """What judging and showing a form needs besides the answers."""

    catalogues: Catalogues
    today: date
    language: str = "de"
    facts: Facts = Facts()
    stored: Mapping[str, Any] = setting(default_factory=dict)
    """What the record holds: the answers of questions that services fill (``read_only``)."""
    _seen: list[tuple[object, object, Look]] = setting(default_factory=list, compare=False, repr=False)

    def look(self, definition: ProcessDefinition, raw: Mapping[str, Any]) -> Look:
        """The answers so far and what they show; judged once for the same input, which nobody changes meanwhile."""
        for of, what, known in self._seen:
            if of is definition and what is raw:
                return known
        drafted = clean_answers(definition, raw, catalogues=self.catalogues, today=self.today, partial=True,
                                language=self.language, facts=self.facts, stored=self.stored)  # fmt: skip
        found = Look(drafted.answers, visible_fields(definition, drafted.answers, self.today, self.facts))
        self._seen.append((definition, raw, found))
        return found

    def context(self, *, drafting: bool = False) -> CleanContext:
        """For the engine; ``drafting`` requires nothing."""
        return CleanContext(self.catalogues, self.today, self.language, partial=drafting, facts=self.facts)


@dataclass(frozen=True)
class Judgement:
    """What the engine says about the questions of a form: the answers to store, refusals by path, what was dropped."""

    answers: Mapping[str, Any]
    errors: Mapping[str, str]
    dropped: Sequence[str] = ()


class BuiltForm(BaseForm):
    """Base of all built classes. ``validate`` asks the engine and puts its sentences at the fields."""

    unbound: Mapping[str, UnboundField] = {}
    judge: Callable[[], Judgement] | None = None

    def __init__(self, raw: Mapping[str, Any], frame: Frame, prefix: str = "") -> None:
        super().__init__(self.unbound, prefix=prefix)
        self.frame = frame
        self.verdict = Judgement({}, {})
        self._marked: list[tuple[BuiltField, str, str]] = []
        for name, field in self._fields.items():
            field.show(raw.get(name), frame)

    def validate(self, ignore: Iterable[str] = ()) -> bool:
        """Whether the engine accepts all answers; ``ignore`` names questions that were not asked yet."""
        assert self.judge is not None
        self.verdict, self._marked = self.judge(), []
        skipped = frozenset(ignore)
        for path, sentence in self.verdict.errors.items():
            name, _, inside = path.partition(".")
            if name in self._fields and name not in skipped:
                self._marked.append((self._fields[name].mark(inside, sentence), self._where(name, inside), sentence))
        return not self._marked

    def error_pairs(self) -> list[tuple[str, str]]:
        """For the error summary: the id of the control and the sentence, with the row and the field it is about."""
        return [
            (field.id, where + (sentence if field.label.text in sentence else f"{field.label.text}: {sentence}"))
            for field, where, sentence in self._marked
        ]

    def look_for_personal_data(self) -> int:
        """Warns at each free text that seems to hold personal data; returns how many places there are."""
        return sum(field.look_for_personal_data(self.frame.context.language) for field in self)

    def _where(self, name: str, inside: str) -> str:
        field, (row, _, _) = self._fields[name], inside.partition(".")
        if isinstance(field, built.RowsField) and row.isdecimal():
            word = "row" if self.frame.context.language == "en" else "Zeile"
            item = field.kimforms.get("row_label") if isinstance(field.question, Rounds) else None
            return f"{item or f'{field.label.text}, {word}'} {field.question.mark(int(row) + 1)}: "
        return ""


def step_form(
    definition: ProcessDefinition, step: Step, raw: Mapping[str, Any], circumstances: Circumstances
) -> BuiltForm:
    """The form of one step, opened with ``raw``: the input of the whole form, as nested by ``submitted``.

    Questions that the answers so far hide are left out; what was entered for them stays in ``raw``.
    """
    about, seen = circumstances, circumstances.look(definition, raw)
    visible = seen.visible
    fields = fields_of(step)
    key = (content_hash(definition), step.id)
    answers = {name: value for name, value in seen.answers.items() if name in visible}
    form = built_class(key, fields, about.language, visible)(raw, _frame(fields, about, answers))
    form.judge = partial(_judge_step, definition, step, raw, about)
    return form


def questions_form(
    key: tuple[str, ...], plan: Plan, raw: Mapping[str, Any], circumstances: Circumstances,
    answers: Mapping[str, Any] | None = None,
) -> BuiltForm:  # fmt: skip
    """The form of questions that stand alone, such as those of a transition (``transition.form_plan``).

    ``key`` names them for ever (content hash and transition id), ``answers`` are those of the record around them.
    """
    outer = answers or {}
    drafted = clean_fields(plan, raw, circumstances.context(drafting=True), outer=outer)
    fields = [entry.field for entry in plan.entries]
    frame = _frame(fields, circumstances, {**outer, **drafted.answers})
    form = built_class(key, fields, circumstances.language, drafted.visible)(raw, frame)

    def judge() -> Judgement:
        outcome = clean_fields(plan, raw, circumstances.context(), outer=outer)
        return Judgement(outcome.answers, outcome.errors, outcome.dropped)

    form.judge = judge
    return form


_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def readable(value: str) -> str:
    """Text without control characters: no page may show them and PostgreSQL keeps no NUL."""
    return _INVISIBLE.sub("", value)


def submitted(items: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The nested input of an HTML form, as typed but for control characters."""
    return nest_form_data((name, readable(value)) for name, value in items)


def _judge_step(definition: ProcessDefinition, step: Step, raw: Mapping[str, Any], about: Circumstances) -> Judgement:
    cleaned = clean_answers(definition, raw, catalogues=about.catalogues, today=about.today, steps={step.id},
                            language=about.language, facts=about.facts, stored=about.stored)  # fmt: skip
    return Judgement(cleaned.answers, cleaned.errors, cleaned.dropped)


def _frame(fields: Sequence[Field], about: Circumstances, answers: Mapping[str, Any]) -> Frame:
    facts = replace(about.facts, answers=answers, today=about.today)
    return Frame(about.context().within(answers, {each.id: each for each in fields}), facts)


_classes: dict[tuple[Any, ...], type[BuiltForm]] = {}


def built_class(
    key: tuple[str, ...], fields: Sequence[Field], language: str, visible: Iterable[str] | None = None
) -> type[BuiltForm]:
    """The class for the visible ones of ``fields``, made anew unless this very content was asked for before.

    ``key`` says which content it is: a published version is addressed by its hash and never changes.
    """
    shown = tuple(each.id for each in fields if visible is None or each.id in visible)
    known = _classes.get((key, language, shown))
    if known is None:
        known = make_class([each for each in fields if each.id in shown], language, key)
        if len(_classes) >= MOST_CLASSES:
            _classes.clear()
        _classes[key, language, shown] = known
    return known


def make_class(fields: Sequence[Field], language: str, key: tuple[str, ...] = ()) -> type[BuiltForm]:
    """A new form class with a field for each question."""
    unbound = {each.id: _unbound(each, language, (*key, each.id)) for each in fields}
    return type("BuiltForm", (BuiltForm,), {"unbound": unbound})


def _unbound(question: Field, language: str, key: tuple[str, ...]) -> UnboundField:
    kind, cls = _kind(question)
    meta = {"type": kind, "help": pick(question.help, language), "optional": not question.required}
    meta |= {name: value for name, value in _details(question, language).items() if value not in (None, "", False)}
    if question.check_free_text:
        meta["hits"] = []
    if question.read_only:
        return UnboundField(cls, question, meta, label=pick(question.label, language))
    if isinstance(question, types.Group | types.RepeatingGroup):
        meta["open"] = partial(_open_inside, question, key)
    elif isinstance(question, types.CheckItem):
        meta["open"] = partial(_open_item, _item_class(question, language))
    return UnboundField(cls, question, meta, label=pick(question.label, language))


def _kind(question: Field) -> tuple[str, type[BuiltField]]:
    """How the template draws the question, and the class that carries it."""
    if question.read_only and question.holds_answer:
        return "computed", built.ReadOnlyField
    if isinstance(question, types.YesNo):
        ticked = question.appearance == "checkbox" or (question.must_be_true and question.appearance is None)
        return ("check", built.CheckField) if ticked else ("yes_no", built.YesNoField)
    if isinstance(question, Choosing):
        return _choice_kind(question)
    own = next((_KINDS[one] for one in type(question).__mro__ if one in _KINDS), None)
    return own or (question.type, BuiltField)  # type: ignore[attr-defined]


def _choice_kind(question: Choosing) -> tuple[str, type[BuiltField]]:
    if question.takes_many:
        return "several_of", built.ChoiceField
    if question.takes_own and question.source is not None:
        return "short_text", built.SuggestField
    wanted = getattr(question, "appearance", None)
    few = question.source is None and len(getattr(question, "options", ())) <= FEW
    return ("radio" if wanted == "radio" or (wanted is None and few) else "select"), built.ChoiceField


_KINDS: Mapping[type[Field], tuple[str, type[BuiltField]]] = {
    types.LongText: ("long_text", built.TextAreaField),
    types.File: ("file", built.FileField),
    types.Group: ("group", built.GroupField),
    types.RepeatingGroup: ("repeating_group", built.RowsField),
    types.CheckItem: ("check_item", built.GroupField),
    types.Computed: ("computed", built.ComputedField),
}


def _details(question: Field, language: str) -> dict[str, Any]:
    """What else the template wants to know of a type."""
    listed = (*getattr(question, "options", ()), *getattr(question, "extra_options", ()))
    details: dict[str, Any] = {
        "autocomplete": question.autocomplete,
        "rows": getattr(question, "rows", None),
        "level": getattr(question, "level", None),
        "text": pick(getattr(question, "text", None), language),
        "tone": getattr(question, "tone", None),
        "suffix": pick(getattr(question, "unit", None), language),
        "allow_other": isinstance(question, Choosing) and question.takes_own and question.source is None,
        "options": [{"value": one.value, "hint": pick(one.hint, language)} for one in listed if one.hint],
    }
    if isinstance(question, types.LongText):
        details["maxlength"] = question.max_length
    if isinstance(question, types.File):
        details |= {"accept": question.accept(), "multiple": question.multiple}
    if isinstance(question, types.RepeatingGroup):
        details |= {"row_label": pick(question.item, language), "min_rows": question.min_rows or 1}
    if isinstance(question, types.CheckItem):
        details["source"] = pick(question.legal_basis, language)
    return details


def _open_inside(question: Any, key: tuple[str, ...], raw: Mapping[str, Any], frame: Frame, prefix: str) -> BuiltForm:
    """The form of a group or of one row, with those of its questions that this row shows."""
    context = replace(frame.context, partial=True)
    plan: Plan = question._plan  # noqa: SLF001 - the engine keeps it ready for exactly this
    row = clean_fields(plan, raw, context, outer=frame.context.answers)
    visible = visible_in_row(question.fields, row.answers, frame.context.answers, context.today, frame.facts)
    inside = frame.within({**frame.context.answers, **row.answers}, {each.id: each for each in question.fields})
    return built_class(key, question.fields, context.language, visible)(raw, inside, prefix)


def _item_class(question: types.CheckItem, language: str) -> type[BuiltForm]:
    english = language == "en"
    met = {"type": "radio", "optional": not question.required}
    unbound = {"met": UnboundField(built.VerdictField, question, met, label="Met?" if english else "Erfüllt?")}
    if question.evidence:
        evidence = {"type": "several_of", "optional": True}
        label = "Evidence at hand" if english else "Nachweise liegen vor"
        unbound["evidence"] = UnboundField(built.EvidenceField, question, evidence, label=label)
    note = {"type": "short_text", "optional": True}
    unbound["note"] = UnboundField(BuiltField, question, note, label="Note" if english else "Anmerkung")
    return type("BuiltForm", (BuiltForm,), {"unbound": unbound})


def _open_item(cls: type[BuiltForm], raw: Mapping[str, Any], frame: Frame, prefix: str) -> BuiltForm:
    return cls(raw, frame, prefix)


def walk(form: Iterable[BuiltField]) -> Iterator[BuiltField]:
    """Every field of a form, those of groups and rows after the one that holds them."""
    for field in form:
        yield field
        if isinstance(field, built.NestedField):
            for _, inside in field.parts():
                yield from walk(inside)
