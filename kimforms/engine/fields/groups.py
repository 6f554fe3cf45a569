"""Fields made of fields: a group, stored as a dictionary, and a repeating group, stored as a list of dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import model_validator

from kimforms.engine.conditions import fields_in
from kimforms.engine.fields.base import CleanContext, Field, FieldError, Parts, Setting, is_blank
from kimforms.engine.fields.plan import Plan, clean_fields, entries_of, plan_of
from kimforms.engine.text import Text, pick

if TYPE_CHECKING:
    from kimforms.engine.fields import AnyField

MOST_ROWS = 200

RowNaming = Literal["numbers", "letters"]


def row_mark(number: int, naming: RowNaming = "numbers") -> str:
    """How the row with this number (from 1) is told apart: `3`, or `C` (after `Z` come `AA`, `AB`)."""
    if naming == "numbers":
        return str(number)
    mark = ""
    while number > 0:
        number, letter = divmod(number - 1, 26)
        mark = chr(ord("A") + letter) + mark
    return mark


def is_untouched(raw: object) -> bool:
    """Nothing was entered anywhere inside."""
    if isinstance(raw, Mapping):
        return all(is_untouched(part) for part in raw.values())
    if isinstance(raw, (list, tuple)):
        return all(is_untouched(part) for part in raw)
    return is_blank(raw)


class _Nesting(Field):
    fields: tuple[AnyField, ...] = Setting(min_length=1)

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        ids = [each.id for each in self.fields]
        if len(set(ids)) < len(ids):
            raise ValueError(f"in „{self.id}“ kommt eine Kennung doppelt vor")
        return self

    @cached_property
    def _plan(self) -> Plan:
        return plan_of(entries_of(self.fields))

    def depends(self) -> tuple[str, ...]:
        """What the fields inside refer to outside."""
        inside = {each.id for each in self.fields}
        found: list[str] = []
        for each in self.fields:
            found += [*fields_in(each.show_when), *fields_in(each.required_when), *each.depends()]
        return tuple(dict.fromkeys(name for name in found if name.partition(".")[0] not in inside))

    def clean(self, raw: Any, context: CleanContext) -> Any:
        """See `Field.clean`."""
        parts = self.clean_parts(raw, context)
        if parts.errors:
            raise FieldError(next(iter(parts.errors.values())), parts.errors)
        return parts.value

    def _show_row(self, row: object, context: CleanContext, label: bool = True) -> str:
        if not isinstance(row, Mapping):
            return ""
        shown = []
        for each in self.fields:
            text = each.display(row.get(each.id), context) if each.holds_answer else ""
            if text:
                shown.append(f"{pick(each.label, context.language)}: {text}" if label else text)
        return "; ".join(shown)

    def _index_row(self, row: object, context: CleanContext) -> str:
        if not isinstance(row, Mapping):
            return ""
        return " ".join(filter(None, (each.index_text(row.get(each.id), context) for each in self.fields)))

    def _raw_row(self, row: object) -> dict[str, Any]:
        answers = row if isinstance(row, Mapping) else {}
        return {each.id: each.to_raw(answers.get(each.id)) for each in self.fields if each.holds_answer}


class Group(_Nesting):
    """Fields that belong together. Those inside are required by their own settings; `required` asks for any of them."""

    type: Literal["group"] = "group"

    def clean_parts(self, raw: Any, context: CleanContext) -> Parts:
        """See `Field.clean_parts`."""
        if raw is None or (isinstance(raw, str) and is_blank(raw)):
            raw = {}
        if not isinstance(raw, Mapping):
            return Parts(None, {"": context.say("unreadable")})
        outcome = clean_fields(self._plan, raw, context, outer=context.answers)
        return Parts(outcome.answers or None, outcome.errors, tuple(outcome.dropped), tuple(outcome.unknown))

    def display(self, value: Any, context: CleanContext) -> str:
        """`Straße: …; Ort: …`"""
        return self._show_row(value, context)

    def searchable(self, value: Any, context: CleanContext) -> str:
        """The words of the fields inside."""
        return self._index_row(value, context)

    def to_raw(self, value: Any) -> dict[str, Any]:
        """A dictionary with the entry of each field inside."""
        return self._raw_row(value)


class RepeatingGroup(_Nesting):
    """Rows of the same fields. Rows in which nothing was entered do not count; at least `min_rows` must remain."""

    type: Literal["repeating_group"] = "repeating_group"
    min_rows: int = Setting(default=0, ge=0, le=MOST_ROWS)
    max_rows: int = Setting(default=50, ge=1, le=MOST_ROWS)
    item: Text | None = None
    missing: ClassVar[str] = "missing_rows"

    @model_validator(mode="after")
    def _rows_fit(self) -> Self:
        if self.min_rows > self.max_rows:
            raise ValueError("min_rows ist größer als max_rows")
        return self

    def mark(self, number: int) -> str:
        """How the row with this number (from 1) is told apart."""
        return row_mark(number)

    def least_rows(self, context: CleanContext) -> int:
        """So many rows must be filled in, given the answers around them."""
        return self.min_rows

    def clean_parts(self, raw: Any, context: CleanContext) -> Parts:
        """See `Field.clean_parts`. Error paths count the rows as submitted, blank ones included."""
        rows = _rows(raw)
        if rows is None:
            return Parts(None, {"": context.say("rows")})
        filled = [(number, row) for number, row in enumerate(rows) if not is_untouched(row)]
        if len(filled) > self.max_rows:
            return Parts(None, {"": context.say("max_rows", max=self.max_rows)})
        values: list[Any] = []
        errors: dict[str, str] = {}
        dropped: list[str] = []
        unknown: list[str] = []
        for number, row in filled:
            if not isinstance(row, Mapping):
                errors[str(number)] = context.say("unreadable")
                continue
            outcome = clean_fields(self._plan, row, context, outer=context.answers)
            values += [outcome.answers] if outcome.answers else []
            errors |= {f"{number}.{path}": sentence for path, sentence in outcome.errors.items()}
            dropped += [f"{number}.{path}" for path in outcome.dropped]
            unknown += [f"{number}.{path}" for path in outcome.unknown]
        least = 0 if context.partial else self.least_rows(context)
        if len(filled) < least:
            errors[""] = context.say("min_rows", min=least, found=len(filled))
        return Parts(values or None, errors, tuple(dropped), tuple(unknown))

    def display(self, value: Any, context: CleanContext) -> str:
        """One line a row."""
        rows = value if isinstance(value, (list, tuple)) else ()
        return "\n".join(self._show_row(row, context) for row in rows)

    def searchable(self, value: Any, context: CleanContext) -> str:
        """The words of all rows."""
        rows = value if isinstance(value, (list, tuple)) else ()
        return " ".join(filter(None, (self._index_row(row, context) for row in rows)))

    def to_raw(self, value: Any) -> list[dict[str, Any]]:
        """A list of dictionaries."""
        rows = value if isinstance(value, (list, tuple)) else ()
        return [self._raw_row(row) for row in rows]


def _rows(raw: object) -> list[object] | None:
    """The submitted rows: a list, or a dictionary by number (`{"0": …, "2": …}`); None for anything else."""
    if raw is None or (isinstance(raw, str) and is_blank(raw)):
        return []
    if isinstance(raw, Mapping):
        if not all(str(key).isdecimal() and len(str(key)) < 9 for key in raw):
            return None
        return [raw[key] for key in sorted(raw, key=lambda key: int(str(key)))]
    return list(raw) if isinstance(raw, (list, tuple)) else None
