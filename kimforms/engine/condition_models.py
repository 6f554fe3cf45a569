"""The shapes of the one condition language, as models that refuse what they do not know and dump what was written.

Part of `conditions.py`, which everybody else imports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    Discriminator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    Tag,
    model_serializer,
    model_validator,
)

from kimforms.engine.strict import Strict

MAX_DEPTH = 12
Scalar = StrictBool | StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)] | StrictStr
Number = StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)]
_MOMENT = re.compile(r"today(?:([+-])(\d{1,5}))?", re.ASCII)


def _moment(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, str) and moment_on(value, date(2000, 1, 1)) is None:
        raise ValueError("erwartet wird today, today+14, today-14 oder ein Datum wie 2026-11-22")
    return value


Moment = Annotated[StrictStr, BeforeValidator(_moment)]
"""`today`, `today+14`, `today-30` (calendar days) or an ISO date."""


def moment_on(moment: str, today: date | None) -> date | None:
    """The day that a moment means if it is `today`; None when it is malformed, out of range, or today is not known."""
    match = _MOMENT.fullmatch(moment)
    try:
        if match is None:
            return date.fromisoformat(moment) if len(moment) == 10 else None
        days = int(match[2] or 0)
        return None if today is None else today + timedelta(days=-days if match[1] == "-" else days)
    except (ValueError, OverflowError):
        return None


class _Shape(Strict):
    """One shape of a condition. Every dump gives the short form again, whatever options it is called with."""

    @model_serializer(mode="plain")
    def _short(self) -> dict[str, Any]:
        short = {}
        for name, info in type(self).model_fields.items():
            value = getattr(self, name)
            if value is not None:
                short[info.alias or name] = list(value) if isinstance(value, tuple) else value
        return short


class _Joined(_Shape):
    @model_validator(mode="after")
    def _not_too_deep(self) -> _Joined:
        if _depth(self) > MAX_DEPTH:
            raise ValueError(f"Bedingungen dürfen höchstens {MAX_DEPTH} Ebenen tief verschachtelt sein")
        return self


class All(_Joined):
    """Every part holds; an empty list holds."""

    all: tuple[Condition, ...]


class Any_(_Joined):
    """At least one part holds; an empty list does not."""

    any: tuple[Condition, ...]


class Not(_Joined):
    """The part does not hold."""

    not_: Condition = Field(alias="not")


class OnField(_Shape):
    """A comparison over the answer of one field."""

    field: StrictStr = Field(min_length=1)


class FieldIs(OnField):
    """The answer equals the value."""

    is_: Scalar = Field(alias="is")


class FieldIsNot(OnField):
    """There is an answer, and it is another one; `not: {…, is}` is fulfilled without an answer, too."""

    is_not: Scalar


class FieldIn(OnField):
    """The answer is one of the values."""

    in_: tuple[Scalar, ...] = Field(alias="in", min_length=1)


class FieldContains(OnField):
    """The answer is a list that has the value in it."""

    contains: Scalar


class FieldLessThan(OnField):
    """The answer is a number below n."""

    less_than: Number


class FieldAtMost(OnField):
    """The answer is a number not above n."""

    at_most: Number


class FieldMoreThan(OnField):
    """The answer is a number above n."""

    more_than: Number


class FieldAtLeast(OnField):
    """The answer is a number not below n."""

    at_least: Number


class FieldBefore(OnField):
    """The answer is a day before the moment; a month counts as its first day."""

    before: Moment


class FieldAfter(OnField):
    """The answer is a day after the moment; a month counts as its first day."""

    after: Moment


class FieldEmpty(OnField):
    """There is no answer (true), or there is one (false)."""

    empty: StrictBool


class StateIs(_Shape):
    """The record is in the state, or in one of them."""

    state: StrictStr | Annotated[tuple[StrictStr, ...], Field(min_length=1)]


class RoleIs(_Shape):
    """The person who acts has the role; nobody's role never fulfils it."""

    role: StrictStr = Field(min_length=1)


class ActorIs(_Shape):
    """The person who acts stands in this relation to the record."""

    actor: Literal["creator", "assignee", "follower"]


class LinksAtLeast(_Shape):
    """The record has at least n links of the kind, of records of one process if it is named."""

    links: StrictStr = Field(min_length=1)
    at_least: StrictInt = Field(ge=0)
    process: StrictStr | None = None


DateName = Literal["created", "submitted", "state_since", "due"]


class DateBefore(_Shape):
    """The record's date is before the moment."""

    date: DateName
    before: Moment


class DateAfter(_Shape):
    """The record's date is after the moment."""

    date: DateName
    after: Moment


_BY_FIELD: dict[str, type[OnField]] = {
    "is": FieldIs, "is_not": FieldIsNot, "in": FieldIn, "contains": FieldContains, "less_than": FieldLessThan,
    "at_most": FieldAtMost, "more_than": FieldMoreThan, "at_least": FieldAtLeast, "before": FieldBefore,
    "after": FieldAfter, "empty": FieldEmpty,
}  # fmt: skip
_BY_DATE: dict[str, type[_Shape]] = {"before": DateBefore, "after": DateAfter}
_BY_KEY = {
    "all": All,
    "any": Any_,
    "not": Not,
    "state": StateIs,
    "role": RoleIs,
    "actor": ActorIs,
    "links": LinksAtLeast,
}


def _shape(value: object) -> str | None:
    if isinstance(value, BaseModel):
        return type(value).__name__
    if not isinstance(value, Mapping):
        return None
    shapes: Mapping[str, Any] = _BY_KEY
    if "field" in value:
        shapes = _BY_FIELD
    elif "date" in value:
        shapes = _BY_DATE
    found = [shape for key, shape in shapes.items() if key in value]
    return found[0].__name__ if len(found) == 1 else None


Condition = Annotated[
    Annotated[All, Tag("All")]
    | Annotated[Any_, Tag("Any_")]
    | Annotated[Not, Tag("Not")]
    | Annotated[FieldIs, Tag("FieldIs")]
    | Annotated[FieldIsNot, Tag("FieldIsNot")]
    | Annotated[FieldIn, Tag("FieldIn")]
    | Annotated[FieldContains, Tag("FieldContains")]
    | Annotated[FieldLessThan, Tag("FieldLessThan")]
    | Annotated[FieldAtMost, Tag("FieldAtMost")]
    | Annotated[FieldMoreThan, Tag("FieldMoreThan")]
    | Annotated[FieldAtLeast, Tag("FieldAtLeast")]
    | Annotated[FieldBefore, Tag("FieldBefore")]
    | Annotated[FieldAfter, Tag("FieldAfter")]
    | Annotated[FieldEmpty, Tag("FieldEmpty")]
    | Annotated[StateIs, Tag("StateIs")]
    | Annotated[RoleIs, Tag("RoleIs")]
    | Annotated[ActorIs, Tag("ActorIs")]
    | Annotated[LinksAtLeast, Tag("LinksAtLeast")]
    | Annotated[DateBefore, Tag("DateBefore")]
    | Annotated[DateAfter, Tag("DateAfter")],
    Discriminator(
        _shape,
        custom_error_type="condition",
        custom_error_message="keine Bedingung: erwartet wird genau eine Form wie {field: id, is: wert}, {all: […]}, "
        "{not: …}, {state: …}, {role: …}, {actor: …}, {links: …, at_least: n} oder {date: …, before: …}",
    ),
]
for _model in (All, Any_, Not):
    _model.model_rebuild()


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """The conditions directly inside; none for a comparison."""
    if isinstance(condition, All):
        return condition.all
    if isinstance(condition, Any_):
        return condition.any
    if isinstance(condition, Not):
        return (condition.not_,)
    return ()


def _depth(condition: Any) -> int:
    return 1 + max((_depth(part) for part in parts_of(condition)), default=0)


def walk(condition: Condition) -> Iterator[Condition]:
    """The condition and everything inside it, outermost first."""
    yield condition
    for part in parts_of(condition):
        yield from walk(part)


def fields_in(condition: Condition | None) -> tuple[str, ...]:
    """Ids of the fields that the condition refers to, each once, in order of appearance; none for None."""
    if condition is None:
        return ()
    return tuple(dict.fromkeys(part.field for part in walk(condition) if isinstance(part, OnField)))
