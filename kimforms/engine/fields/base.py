"""What every field type shares: settings, the way a value is cleaned and shown, and the refusal of a value.

The types stand in the other modules of this room; cleaning, the form builder and record pages call them through it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Field as Setting
from pydantic import StringConstraints

from kimforms.engine.catalogue import Catalogues, Option, StaticCatalogues
from kimforms.engine.conditions import Condition, Facts, number_in
from kimforms.engine.fields.messages import say
from kimforms.engine.strict import Id, Strict
from kimforms.engine.text import Text, pick

Source = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.:\-]*$", max_length=120)]
"""Name of a list that `Catalogues` serves."""


class FieldError(Exception):
    """A value was refused. `errors` maps the path below the field (empty for the field itself) to a sentence."""

    def __init__(self, sentence: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.errors = dict(errors) if errors else {"": sentence}


_NO_FACTS = Facts()


class Parts(NamedTuple):
    """The good part of a value; sentences by the path below the field; paths hidden ones, unknown ones."""

    value: Any
    errors: Mapping[str, str] = MappingProxyType({})
    dropped: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass
class CleanContext:
    """What cleaning and showing a value may look at; made for one request, as it remembers looked-up lists.

    `answers` are those cleaned so far (for `depends_on` and computed values), `fields` those beside this one, by id;
    `partial` saves a draft and requires nothing; `facts` carries state and roles for conditions (not its answers).
    """

    catalogues: Catalogues = field(default_factory=StaticCatalogues)
    today: date | None = None
    language: str = "de"
    answers: Mapping[str, Any] = field(default_factory=dict)
    partial: bool = False
    facts: Facts = _NO_FACTS
    fields: Mapping[str, Field] = field(default_factory=dict)
    _looked_up: dict[tuple[str, str | None], dict[str, Option]] = field(default_factory=dict, repr=False)

    def options(self, source: str, parent: str | None = None) -> dict[str, Option]:
        """The options of a source by value, asked for once in the life of the context."""
        key = (source, parent)
        found = self._looked_up.get(key)
        if found is None:
            found = self._looked_up[key] = {option.value: option for option in self.catalogues.options(source, parent)}
        return found

    def within(self, answers: Mapping[str, Any], fields: Mapping[str, Field]) -> CleanContext:
        """The same context for other answers (a row of a group); it shares the looked-up lists."""
        return replace(self, answers=answers, fields=fields)

    def say(self, key: str, **values: object) -> str:
        """A sentence of the message catalogue in the reader's language."""
        return say(key, self.language, **values)


class Field(Strict):
    """The settings that every field has. Ids are stable, labels may change; hidden fields are never required."""

    id: Id
    label: Text
    help: Text | None = None
    required: bool = False
    show_when: Condition | None = None
    required_when: Condition | None = None
    personal_data: str | None = None
    check_free_text: bool = False
    autocomplete: str | None = None
    sensitive: bool = False
    read_only: bool = False
    """Shown, never asked: services fill it, and whatever is submitted for it is ignored."""

    holds_answer: ClassVar[bool] = True
    """False for headings and information: nothing is cleaned, stored or exported."""
    missing: ClassVar[str] = "missing_text"
    """Key of the sentence for a required field without an answer."""

    def clean(self, raw: Any, context: CleanContext) -> Any:
        """Turn what was submitted into the value to store; None if nothing was entered.

        Raises `FieldError` with sentences that say what to do. Never raises anything else, whatever `raw` is. That
        something was entered at all is not asked for here (`missing_sentence`): it depends on conditions.
        """
        raise FieldError(context.say("unreadable"))

    def clean_parts(self, raw: Any, context: CleanContext) -> Parts:
        """Like `clean`, but never raises: the good part of the value together with what was wrong with the rest."""
        try:
            return Parts(self.clean(raw, context))
        except FieldError as error:
            return Parts(None, error.errors)

    def display(self, value: Any, context: CleanContext) -> str:
        """The value as people read it; the empty string for no value, the bare text for one that no list knows."""
        return "" if value is None else str(value)

    def index_text(self, value: Any, context: CleanContext) -> str:
        """What full-text search may find. Personal and sensitive fields stay out of the index altogether."""
        if self.personal_data or self.sensitive or value is None:
            return ""
        return self.searchable(value, context)

    def searchable(self, value: Any, context: CleanContext) -> str:
        """The searchable words of a value of this type."""
        return self.display(value, context)

    def to_raw(self, value: Any) -> Any:
        """What a form shows again for a stored value; cleaning it gives the same value."""
        return "" if value is None else str(value)

    def as_number(self, value: Any, context: CleanContext) -> Decimal | None:
        """The value as a number for sums and figures; None if it has none."""
        return number_in(value)

    def missing_sentence(self, language: str = "de") -> str:
        """The sentence for a required field without an answer."""
        return say(self.missing, language, label=pick(self.label, language))

    def depends(self) -> tuple[str, ...]:
        """Ids of fields whose answers must be known before this one can be cleaned."""
        return ()


def is_blank(raw: object) -> bool:
    """Nothing was entered: None, blanks, or a list of such."""
    if isinstance(raw, str):
        return not raw or raw.isspace()
    if isinstance(raw, (list, tuple)):
        return all(is_blank(part) for part in raw)
    return raw is None


def single(raw: object, context: CleanContext) -> object:
    """The one entry that was submitted, where a form may send a list with one; raises `FieldError` for several."""
    if isinstance(raw, (list, tuple)):
        entered = [part for part in raw if not is_blank(part)]
        if len(entered) > 1:
            raise FieldError(context.say("only_one"))
        raw = entered[0] if entered else None
    if isinstance(raw, Mapping):
        raise FieldError(context.say("unreadable"))
    return raw


def several(raw: object) -> Sequence[object]:
    """The entries that were submitted, blanks left out."""
    if isinstance(raw, (list, tuple)):
        return [part for part in raw if not is_blank(part)]
    return () if is_blank(raw) else (raw,)


__all__ = [
    "CleanContext",
    "Field",
    "FieldError",
    "Parts",
    "Setting",
    "Source",
    "is_blank",
    "several",
    "single",
]
