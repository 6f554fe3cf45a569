"""Numbers and amounts of money, typed the German way (1.234,56)."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, Self

from pydantic import Field as _Limit
from pydantic import StrictFloat, StrictInt, model_validator

from kimforms.engine.fields.base import CleanContext, Field, FieldError, Setting, single
from kimforms.engine.fields.texts import clean_text
from kimforms.engine.text import Text, pick

Limit = StrictInt | Annotated[StrictFloat, _Limit(allow_inf_nan=False)]

# thousands by point or blank, decimals by comma; or plain digits with either sign for the decimals
_GERMAN = re.compile(r"([+-]?)(\d{1,3}(?:[. \u00a0\u202f]\d{3})+|\d+)(?:,(\d+))?", re.ASCII)
_POINT = re.compile(r"([+-]?)(\d+)\.(\d{1,2}|\d{4,})", re.ASCII)


def parse_number(text: str) -> Decimal | None:
    """Read 1.234,56, 1 234,56, 1234,56 and 1234.56; `1.234` is over a thousand. None if it is no number."""
    match = _GERMAN.fullmatch(text) or _POINT.fullmatch(text)
    if match is None:
        return None
    whole = re.sub(r"\D", "", match[2])
    return Decimal(f"{match[1]}{whole}.{match[3] or 0}")


def german(number: Decimal | int | float, decimals: int | None = None) -> str:
    """The number with thousands by point and decimals by comma; `decimals` None keeps what there is."""
    exact = Decimal(str(number))
    text = f"{exact:,.{decimals}f}" if decimals is not None else f"{exact:,f}"
    return text.translate(str.maketrans(",.", ".,"))


class _Numeric(Field):
    minimum: Limit | None = None
    maximum: Limit | None = None

    @model_validator(mode="after")
    def _limits_fit(self) -> Self:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("minimum ist größer als maximum")
        return self

    def _read(self, raw: Any, context: CleanContext, refusal: str) -> Decimal | None:
        raw = single(raw, context)
        if isinstance(raw, bool):
            raise FieldError(context.say(refusal))
        if isinstance(raw, (int, float, Decimal)):
            number = self._exact(raw)
        else:
            text = clean_text(raw, context, max_length=60, lines=False)
            if text is None:
                return None
            number = parse_number(text.removesuffix("€").removesuffix("EUR").strip().replace("−", "-"))
        if number is None:
            raise FieldError(context.say(refusal))
        if len(number.as_tuple().digits) > 15 or abs(number) >= 10**15:
            raise FieldError(context.say("digits"))
        return number

    def _exact(self, raw: int | float | Decimal) -> Decimal | None:
        try:
            number = Decimal(repr(raw) if isinstance(raw, float) else raw)
        except (InvalidOperation, ValueError):
            return None
        return number if number.is_finite() else None

    def _check_limits(self, number: Decimal, context: CleanContext, decimals: int | None) -> None:
        if self.minimum is not None and number < Decimal(str(self.minimum)):
            raise FieldError(context.say("minimum", limit=german(self.minimum, decimals)))
        if self.maximum is not None and number > Decimal(str(self.maximum)):
            raise FieldError(context.say("maximum", limit=german(self.maximum, decimals)))


class Number(_Numeric):
    """A number; without `decimals` a whole one (stored as int), else with at most so many places (stored as float)."""

    type: Literal["number"] = "number"
    decimals: int = Setting(default=0, ge=0, le=6)
    unit: Text | None = None

    def clean(self, raw: Any, context: CleanContext) -> int | float | None:
        """See `Field.clean`."""
        number = self._read(raw, context, "number" if self.decimals else "whole_number")
        if number is None:
            return None
        if number != round(number, self.decimals):
            key = "decimals" if self.decimals else "whole_number"
            raise FieldError(context.say(key, decimals=self.decimals))
        self._check_limits(number, context, None)
        return float(number) if self.decimals else int(number)

    def display(self, value: Any, context: CleanContext) -> str:
        """The number the German way, with its unit."""
        unit = pick(self.unit, context.language)
        shown = self._german(value)
        return f"{shown} {unit}" if shown and unit else shown

    def to_raw(self, value: Any) -> str:
        """The number the German way."""
        return self._german(value)

    def _german(self, value: Any) -> str:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            exact = Decimal(repr(value))
            return german(int(exact) if exact == exact.to_integral_value() else exact.normalize())
        return "" if value is None else str(value)


class Money(_Numeric):
    """An amount in euros, stored as text with two places (`1234.56`) so that no cent is lost."""

    type: Literal["money"] = "money"

    def clean(self, raw: Any, context: CleanContext) -> str | None:
        """See `Field.clean`."""
        number = self._read(raw, context, "money")
        if number is None:
            return None
        if number != round(number, 2):
            raise FieldError(context.say("decimals", decimals=2))
        self._check_limits(number, context, 2)
        return f"{number + 0:.2f}"

    def display(self, value: Any, context: CleanContext) -> str:
        """The amount the German way, with the sign of the euro."""
        shown = self.to_raw(value)
        return f"{shown} €" if shown else ""

    def to_raw(self, value: Any) -> str:
        """The amount the German way."""
        try:
            return "" if value is None else german(Decimal(str(value)), 2)
        except InvalidOperation:
            return str(value)
