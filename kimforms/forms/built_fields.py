"""The WTForms fields that a built form consists of: they carry raw input and show it; the engine alone judges it.

Made by ``builder``; ``templates/macros/form.html`` draws them and reads ``field.kimforms``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import wtforms
from markupsafe import Markup, escape
from wtforms.widgets import CheckboxInput, FileInput, TextArea, TextInput

from ..engine.catalogue import Option
from ..engine.conditions import Facts, holds
from ..engine.fields import CheckItem, CleanContext, Field
from ..engine.fields.messages import word
from ..engine.personal_data import Hit, find_personal_data
from ..engine.text import pick

if TYPE_CHECKING:
    from .builder import BuiltForm

HIT_WORDS = {
    "name": ("Name", "Name"),
    "birth_date": ("Geburtsdatum", "Date of birth"),
    "address": ("Anschrift", "Address"),
    "phone": ("Telefonnummer", "Phone number"),
    "email": ("E-Mail-Adresse", "E-mail address"),
    "file_number": ("Aktenzeichen oder Kundennummer", "File or customer number"),
    "iban": ("Kontonummer", "Bank account"),
    "azr_number": ("AZR-Nummer", "AZR number"),
    "passport_number": ("Ausweisnummer", "Number of an identity document"),
}
MOST_HITS = 5
"""Hits shown at one field; whoever mends these meets the next ones."""


@dataclass(frozen=True)
class Frame:
    """What fields may look at while they are shown: lists, language, the answers so far."""

    context: CleanContext
    facts: Facts

    def within(self, answers: Mapping[str, Any], fields: Mapping[str, Field]) -> Frame:
        """The same for the fields of a row, whose own answers come first."""
        return Frame(self.context.within(answers, fields), replace(self.facts, answers=answers))


class BuiltField(wtforms.Field):
    """One question. ``raw`` is what was entered, ``kimforms`` what the template knows beyond WTForms."""

    widget = TextInput()

    def __init__(self, question: Field, meta: Mapping[str, Any], **options: Any) -> None:
        super().__init__(**options)
        self.question, self.kimforms = question, meta
        self.raw: Any = None

    def show(self, raw: Any, frame: Frame) -> None:
        """Takes what was entered, and looks up what showing it needs."""
        self.raw = self.data = raw
        condition = self.question.required_when
        if condition is not None and not self.question.required:
            self.kimforms = {**self.kimforms, "optional": not holds(condition, frame.facts)}

    def mark(self, _path: str, sentence: str) -> BuiltField:
        """Puts a refusal at the field, or at the one inside it that the path names; returns where it landed."""
        self.errors = (*self.errors, sentence)
        return self

    def look_for_personal_data(self, language: str) -> int:
        """Puts what looks like personal data into ``kimforms.hits``; returns how many were found."""
        if not self.question.check_free_text or not isinstance(self.raw, str):
            return 0
        hits = hits_in(self.raw, language)
        self.kimforms = {**self.kimforms, "hits": hits[:MOST_HITS]}
        return len(hits)

    def _value(self) -> str:
        return text_of(self.raw)


class TextAreaField(BuiltField):
    """Several lines."""

    widget = TextArea()


class FileField(BuiltField):
    """A file is never shown again; what was stored before stands in ``raw``."""

    widget = FileInput()

    def show(self, raw: Any, frame: Frame) -> None:
        super().show(raw, frame)
        kept = self.question.display(raw, frame.context) if raw else ""
        self.kimforms = {**self.kimforms, "value": kept}

    def _value(self) -> bool:
        return False


class CheckField(BuiltField):
    """One box to tick."""

    widget = CheckboxInput()

    def show(self, raw: Any, frame: Frame) -> None:
        super().show(raw, frame)
        self.data = self.question.clean_parts(raw, replace(frame.context, partial=True)).value is True

    def _value(self) -> str:
        return "ja"


class SuggestField(BuiltField):
    """An answer from a long list or one of one's own: a line of text with suggestions."""

    def show(self, raw: Any, frame: Frame) -> None:
        super().show(raw, frame)
        options = self.question.choices(frame.context)  # type: ignore[attr-defined]
        self.kimforms = {**self.kimforms, "options": options}
        if isinstance(raw, Mapping):
            raw = raw.get("other") or raw.get("value")
        entered = text_of(raw)
        self.shown = next((option.label for option in options if option.value == entered), entered)

    def _value(self) -> str:
        return self.shown


class SelectWidget:
    """A ``select`` with all its options in one string; WTForms' own takes a millisecond for a hundred of them."""

    def __call__(self, field: ChoiceField, **kwargs: Any) -> Markup:
        kwargs.setdefault("id", field.id)
        attributes = wtforms.widgets.html_params(name=field.name, **kwargs)
        parts = [f"<select {attributes}>", f'<option value="">{escape(field.prompt)}</option>' if field.prompt else ""]
        for value, label, selected, _ in field.iter_choices():
            mark = " selected" if selected else ""
            parts.append(f'<option value="{escape(value)}"{mark}>{escape(label)}</option>')
        return Markup("".join([*parts, "</select>"]))  # noqa: S704 - every part is escaped above


class ChoiceField(BuiltField):
    """Radio buttons, checkboxes or a select over ``options``."""

    widget = SelectWidget()
    prompt = ""
    options: Sequence[Option] = ()
    chosen: frozenset[str] = frozenset()

    def show(self, raw: Any, frame: Frame) -> None:
        super().show(raw, frame)
        self.prompt = "Please choose" if frame.context.language == "en" else "Bitte wählen"
        self.options = self._offered(frame)
        self.chosen = frozenset(str(one) for one in _entered(raw))
        if self.kimforms.get("allow_other"):
            self.kimforms = {**self.kimforms, "other_name": f"{self.name}-other", "other_value": _typed(raw)}

    def _offered(self, frame: Frame) -> Sequence[Option]:
        offered: list[Option] = self.question.choices(frame.context)  # type: ignore[attr-defined]
        if self.kimforms.get("allow_other"):
            offered = [*offered, Option("other", word("other", frame.context.language))]
        return offered

    def has_groups(self) -> bool:
        """No list of the engine has groups."""
        return False

    def iter_choices(self) -> Iterator[tuple[str, str, bool, dict[str, Any]]]:
        """Value, label, chosen or not, and no further attributes."""
        return ((one.value, one.label, one.value in self.chosen, {}) for one in self.options)


class YesNoField(ChoiceField):
    """Two radio buttons."""

    def _offered(self, frame: Frame) -> Sequence[Option]:
        language = frame.context.language
        return (Option("ja", word("yes", language)), Option("nein", word("no", language)))

    def show(self, raw: Any, frame: Frame) -> None:
        super().show(raw, frame)
        value = self.question.clean_parts(raw, replace(frame.context, partial=True)).value
        self.chosen = frozenset() if value is None else frozenset(("ja" if value else "nein",))


class VerdictField(ChoiceField):
    """The verdict of a checklist item."""

    def _offered(self, frame: Frame) -> Sequence[Option]:
        allowed = ("yes", "no", "unclear", "not_applicable")
        last = isinstance(self.question, CheckItem) and self.question.not_applicable
        return [Option(one, word(one, frame.context.language)) for one in allowed[: 4 if last else 3]]


class EvidenceField(ChoiceField):
    """What proves a checklist item."""

    def _offered(self, frame: Frame) -> Sequence[Option]:
        assert isinstance(self.question, CheckItem)
        return [Option(one.value, pick(one.label, frame.context.language)) for one in self.question.evidence]


class ComputedField(BuiltField):
    """A value that follows from others; nothing is sent."""

    def show(self, _raw: Any, frame: Frame) -> None:
        super().show(None, frame)
        value = self.question.clean_parts(None, frame.context).value
        self.kimforms = {**self.kimforms, "value": self.question.display(value, frame.context)}


class ReadOnlyField(BuiltField):
    """What services fill: shown, nothing is sent."""

    def show(self, _raw: Any, frame: Frame) -> None:
        super().show(None, frame)
        value = frame.context.answers.get(self.question.id)
        shown = self.question.display(value, frame.context) if value is not None else ""
        self.kimforms = {**self.kimforms, "value": shown or self._not_yet(frame.context.language)}

    def _not_yet(self, language: str) -> str:
        given = self.question.type == "short_text"  # type: ignore[attr-defined]
        if language == "en":
            return "will be assigned" if given else "will be determined"
        return "wird vergeben" if given else "wird ermittelt"


class NestedField(BuiltField):
    """What holds forms inside: marks and personal data are passed on to them."""

    def parts(self) -> Iterator[tuple[str, BuiltForm]]:
        """The forms inside with the beginning of their paths: empty, or the number of the row."""
        raise NotImplementedError

    def mark(self, _path: str, sentence: str) -> BuiltField:
        for name, form in self.parts():
            own, _, inside = _path.partition(".") if name else (name, "", _path)
            if own == name and inside:
                field, _, rest = inside.partition(".")
                if field in form:
                    marked: BuiltField = form[field].mark(rest, sentence)
                    return marked
        return super().mark("", sentence)

    def look_for_personal_data(self, language: str) -> int:
        return sum(field.look_for_personal_data(language) for _, form in self.parts() for field in form)


class GroupField(NestedField):
    """Fields that belong together, or the parts of a checklist item; ``form`` holds them."""

    form: BuiltForm

    def show(self, raw: Any, frame: Frame) -> None:
        super().show(raw, frame)
        rows = raw if isinstance(raw, Mapping) else {"met": raw} if isinstance(self.question, CheckItem) else {}
        self.form = self.kimforms["open"](rows, frame, f"{self.name}-")

    def parts(self) -> Iterator[tuple[str, BuiltForm]]:
        yield "", self.form


@dataclass
class Row:
    """One row of a repeating group, as the template walks it."""

    form: BuiltForm
    id: str
    mark: str


class RowsField(NestedField):
    """A repeating group; ``entries`` are its rows, one empty row where there is none."""

    entries: Sequence[Row] = ()
    append_entry = None  # tells the template what kind of field this is

    def show(self, raw: Any, frame: Frame) -> None:
        super().show(raw, frame)
        rows = rows_of(raw) or [{} for _ in range(max(1, self.kimforms["min_rows"]))]
        self.kimforms = {**self.kimforms, "add_name": f"_add:{self.name}", "remove_name": f"_remove:{self.name}"}
        self.entries = [
            Row(
                self.kimforms["open"](row, frame, f"{self.name}-{number}-"),
                f"{self.id}-{number}",
                self.question.mark(number + 1),  # type: ignore[attr-defined]
            )
            for number, row in enumerate(rows)
        ]

    def parts(self) -> Iterator[tuple[str, BuiltForm]]:
        for number, row in enumerate(self.entries):
            yield str(number), row.form


def rows_of(raw: Any) -> list[Mapping[str, Any]]:
    """The rows that were sent, in their order; what is no row counts as an empty one."""
    if isinstance(raw, Mapping):
        raw = [raw[key] for key in sorted(raw, key=lambda key: (not str(key).isdecimal(), str(key).zfill(9)))]
    rows = raw if isinstance(raw, list | tuple) else []
    return [row if isinstance(row, Mapping) else {} for row in rows]


def hits_in(text: str, language: str) -> list[dict[str, str]]:
    """What looks like personal data in a text, in the words of the page, each finding once."""
    found: dict[tuple[str, str], Hit] = {}
    for hit in find_personal_data(text, language=language):
        found.setdefault((hit.kind, hit.text), hit)
    english = language == "en"
    return [
        {"kind": HIT_WORDS.get(hit.kind, (hit.kind, hit.kind))[english], "text": hit.text, "advice": hit.advice}
        for hit in found.values()
    ]


def text_of(raw: Any) -> str:
    """The one text to show again for whatever was entered."""
    if isinstance(raw, list | tuple):
        raw = next((one for one in raw if one not in (None, "")), None)
    if isinstance(raw, Mapping):
        raw = raw.get("value") or raw.get("other")
    return "" if raw is None or isinstance(raw, Mapping | list | tuple) else str(raw)


def _entered(raw: Any) -> Sequence[Any]:
    """The values that were ticked or chosen."""
    if isinstance(raw, Mapping):
        own = ["other"] if raw.get("other") and not raw.get("value") else []
        return [*_entered(raw.get("value")), *own]
    if isinstance(raw, list | tuple):
        return [one for part in raw for one in (_entered(part) if isinstance(part, Mapping) else (part,))]
    return () if raw is None else (raw,)


def _typed(raw: Any) -> str:
    """The entry of one's own beside the list."""
    parts = raw if isinstance(raw, list | tuple) else (raw,)
    return next((text_of(part.get("other")) for part in parts if isinstance(part, Mapping) and part.get("other")), "")
