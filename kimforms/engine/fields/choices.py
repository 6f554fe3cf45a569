"""Questions with given answers: yes or no, one of, several of; answers of the form or of a catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

from pydantic import StrictStr, model_validator

from kimforms.engine.catalogue import Option
from kimforms.engine.conditions import number_in
from kimforms.engine.fields.base import CleanContext, Field, FieldError, Setting, Source, is_blank, several, single
from kimforms.engine.fields.messages import say, word
from kimforms.engine.fields.numbers import Limit
from kimforms.engine.fields.texts import SHORT, clean_text
from kimforms.engine.strict import Id, Strict
from kimforms.engine.text import Text, pick

MOST_ENTRIES = 1000
_TRUE = frozenset(("ja", "yes", "true", "on", "1", "y", "j", "wahr"))
_FALSE = frozenset(("nein", "no", "false", "off", "0", "n", "falsch"))


class YesNo(Field):
    """Yes or no, stored as a boolean; with `must_be_true` a box that has to be ticked."""

    type: Literal["yes_no"] = "yes_no"
    must_be_true: bool = False
    appearance: Literal["radio", "checkbox"] | None = Setting(default=None, alias="display")
    missing: ClassVar[str] = "missing_choice"

    def clean(self, raw: Any, context: CleanContext) -> bool | None:
        """See `Field.clean`; a draft may still say no where yes is needed."""
        raw = single(raw, context)
        if is_blank(raw):
            return None
        word_given = str(raw).strip().lower() if isinstance(raw, (str, bool, int)) else ""
        if word_given in _TRUE:
            return True
        if word_given not in _FALSE:
            raise FieldError(context.say("yes_no"))
        if self.must_be_true and not context.partial:
            raise FieldError(self.missing_sentence(context.language))
        return False

    def missing_sentence(self, language: str = "de") -> str:
        """The sentence for no answer; for a box that has to be ticked it asks to tick it."""
        if self.must_be_true:
            return say("must_be_true", language, label=pick(self.label, language))
        return super().missing_sentence(language)

    def display(self, value: Any, context: CleanContext) -> str:
        """`ja` or `nein`."""
        return "" if value is None else word("yes" if value is True else "no", context.language)

    def searchable(self, value: Any, context: CleanContext) -> str:
        """A bare yes finds nothing."""
        return ""

    def to_raw(self, value: Any) -> str:
        """`ja` or `nein`."""
        return "" if value is None else word("yes" if value is True else "no")


class Choice(Strict):
    """One answer of a choice. `minimum` is the lower bound of the range that it stands for (`3 bis 5`: 3).

    An `exclusive` answer (`weiß ich nicht`) stands alone.
    """

    value: StrictStr = Setting(min_length=1, max_length=120)
    label: Text
    hint: Text | None = None
    minimum: Limit | None = None
    exclusive: bool = False


class Choosing(Field):
    """What all choices share. Answers of the form come first, then those of the catalogue, then the extra ones."""

    extra_options: tuple[Choice, ...] = ()
    min_choices: int = Setting(default=0, ge=0)
    max_choices: int | None = Setting(default=None, ge=1)

    @property
    def source(self) -> str | None:
        """The catalogue that answers come from."""
        return None

    @property
    def takes_many(self) -> bool:
        """Whether the answer is a list."""
        return False

    @property
    def takes_own(self) -> bool:
        """Whether an entry of one's own is accepted and stored as `{"other": "…"}`."""
        return False

    def _first(self) -> tuple[Choice, ...]:
        return ()

    def _parent(self) -> str | None:
        return None

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        values = [choice.value for choice in (*self._first(), *self.extra_options)]
        double = sorted({value for value in values if values.count(value) > 1})
        if double:
            raise ValueError(f"Wert kommt doppelt vor: {', '.join(double)}")
        if self.max_choices is not None and self.max_choices < self.min_choices:
            raise ValueError("min_choices ist größer als max_choices")
        return self

    @cached_property
    def _fixed(self) -> dict[str, Choice]:
        return {choice.value: choice for choice in (*self._first(), *self.extra_options)}

    @cached_property
    def _exclusive(self) -> frozenset[str]:
        return frozenset(choice.value for choice in self._fixed.values() if choice.exclusive)

    def depends(self) -> tuple[str, ...]:
        """See `Field.depends`."""
        parent = self._parent()
        return (parent,) if parent else ()

    def choices(self, context: CleanContext) -> list[Option]:
        """The answers on offer, in the reader's language; those below the answer of `depends_on` if there is one."""
        fixed = [Option(c.value, pick(c.label, context.language), None, {}) for c in self._first()]
        extra = [Option(c.value, pick(c.label, context.language), None, {}) for c in self.extra_options]
        return [*fixed, *(option for offered in self._listed(context) for option in offered.values()), *extra]

    def _listed(self, context: CleanContext) -> Iterator[dict[str, Option]]:
        source, depends_on = self.source, self._parent()
        if source is None:
            return
        if depends_on is None:
            yield context.options(source)
            return
        answer = context.answers.get(depends_on)
        for parent in answer if isinstance(answer, list) else (answer,):
            if isinstance(parent, str):
                yield context.options(source, parent)

    def _is_offered(self, value: str, context: CleanContext) -> bool:
        return value in self._fixed or any(value in offered for offered in self._listed(context))

    def _value(self, raw: object, context: CleanContext) -> str | dict[str, str] | None:
        """One entry: a value of the list, or with `allow_other` an entry of one's own (also the label of a value)."""
        if isinstance(raw, Mapping):
            return self._own(raw.get("other"), context)
        if isinstance(raw, (int, float)) and not isinstance(raw, bool):
            raw = str(raw)
        text = clean_text(raw, context, max_length=SHORT, lines=False)
        if text is None or self._is_offered(text, context):
            return text
        if self.takes_own:
            wanted = text.casefold()
            if wanted == "other":
                raise FieldError(context.say("other_empty"))
            same = (option.value for option in self.choices(context) if option.label.casefold() == wanted)
            return next(same, None) or {"other": text}
        known = self.source is not None and self._parent() is not None and text in context.options(self.source)
        shown = self._label(text, context) if known else text
        raise FieldError(context.say("option_elsewhere" if known else "option", value=shown[:60]))

    def _own(self, raw: object, context: CleanContext) -> dict[str, str] | None:
        if not self.takes_own:
            raise FieldError(context.say("unreadable"))
        text = clean_text(raw, context, max_length=SHORT, lines=False)
        return {"other": text} if text else None

    def _entries(self, raw: object, context: CleanContext) -> list[object]:
        """What was ticked, and what was typed beside it (`{"value": …, "other": "…"}`), as one list."""
        if not isinstance(raw, Mapping):
            entries = list(several(raw))
        else:
            typed = raw.get("other")
            entries = [entry for entry in several(raw.get("value")) if entry != "other" or is_blank(typed)]
            ticked_other = "value" not in raw or "other" in several(raw.get("value"))
            if not is_blank(typed) and (ticked_other or not entries):
                entries.append({"other": typed})
        if len(entries) > MOST_ENTRIES:
            raise FieldError(context.say("unreadable"))
        return entries

    def clean(self, raw: Any, context: CleanContext) -> str | dict[str, str] | list[str | dict[str, str]] | None:
        """See `Field.clean`."""
        if isinstance(raw, str) and raw in self._fixed and not self.takes_many:
            return raw
        entries = self._entries(raw, context)
        if self.takes_many:
            return self._several(entries, context)
        if len(entries) > 1:
            raise FieldError(context.say("only_one"))
        return self._value(entries[0], context) if entries else None

    def _several(self, entries: Iterable[object], context: CleanContext) -> list[str | dict[str, str]] | None:
        values: list[str | dict[str, str]] = []
        seen: set[str] = set()
        for entry in entries:
            value = self._value(entry, context)
            key = str(value)
            if value is not None and key not in seen:
                seen.add(key)
                values.append(value)
        if not values:
            return None
        if not context.partial:
            self._check_count(values, context)
        return values

    def _check_count(self, values: list[str | dict[str, str]], context: CleanContext) -> None:
        alone = next((value for value in values if isinstance(value, str) and value in self._exclusive), None)
        if alone is not None:
            if len(values) > 1:
                raise FieldError(context.say("exclusive", label=self._label(alone, context)))
        elif len(values) < self.min_choices:
            raise FieldError(context.say("min_choices", min=self.min_choices))
        if self.max_choices is not None and len(values) > self.max_choices:
            raise FieldError(context.say("max_choices", max=self.max_choices))

    def _label(self, value: object, context: CleanContext) -> str:
        if isinstance(value, Mapping):
            return str(value.get("other", ""))
        fixed = self._fixed.get(str(value))
        if fixed is not None:
            return pick(fixed.label, context.language)
        known = context.catalogues.label(self.source, str(value)) if self.source is not None else None
        return known if known is not None else str(value)

    def display(self, value: Any, context: CleanContext) -> str:
        """The labels, joined by commas; an entry of one's own as it was typed."""
        if value is None:
            return ""
        if isinstance(value, (list, tuple)):
            return ", ".join(self._label(part, context) for part in value)
        return self._label(value, context)

    def to_raw(self, value: Any) -> Any:
        """The value or values; an entry of one's own stays `{"other": "…"}`."""
        if value is None:
            return [] if self.takes_many else ""
        return value

    def as_number(self, value: Any, context: CleanContext) -> Decimal | None:
        """The lower bound of the chosen range, or the value itself if it is a number."""
        fixed = self._fixed.get(value) if isinstance(value, str) else None
        return number_in(fixed.minimum if fixed is not None and fixed.minimum is not None else value)

    def missing_sentence(self, language: str = "de") -> str:
        """The sentence for a required choice without an answer."""
        key = "missing_choices" if self.takes_many else "missing_choice"
        return say(key, language, label=pick(self.label, language))


class Listing(Choosing):
    """A choice whose answers the designer lists; `depends_on` names a field whose answer is the entries' parent."""

    options: tuple[Choice, ...] = ()
    options_from: Source | None = None
    depends_on: Id | None = None
    allow_other: bool = False

    @model_validator(mode="after")
    def _depends_on_a_list(self) -> Self:
        if self.depends_on is not None and self.options_from is None:
            raise ValueError("depends_on braucht options_from")
        return self

    @property
    def source(self) -> str | None:
        """See `Choosing.source`."""
        return self.options_from

    @property
    def takes_own(self) -> bool:
        """See `Choosing.takes_own`."""
        return self.allow_other

    def _first(self) -> tuple[Choice, ...]:
        return self.options

    def _parent(self) -> str | None:
        return self.depends_on


class OneOf(Listing):
    """Exactly one answer."""

    type: Literal["one_of"] = "one_of"
    appearance: Literal["radio", "select"] | None = Setting(default=None, alias="display")


class SeveralOf(Listing):
    """Any number of answers, stored as a list."""

    type: Literal["several_of"] = "several_of"
    appearance: Literal["checkboxes", "select"] | None = Setting(default=None, alias="display")

    @property
    def takes_many(self) -> bool:
        """See `Choosing.takes_many`."""
        return True
