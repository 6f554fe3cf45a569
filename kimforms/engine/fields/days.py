"""Dates, months and times of day, typed the German way or as ISO 8601; stored as ISO 8601 text."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, ClassVar, Literal

from kimforms.engine.condition_models import Moment, moment_on
from kimforms.engine.fields.base import CleanContext, Field, FieldError
from kimforms.engine.fields.texts import clean_text

_GERMAN_DAY = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T00:00(?::00)?)?", re.ASCII)
_GERMAN_MONTH = re.compile(r"(\d{1,2}) ?[./] ?(\d{4})", re.ASCII)
_ISO_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2})(?::00)?)?(?: ?Uhr)?", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


def german_day(iso: object) -> str:
    """`2026-11-22` as `22.11.2026`; anything else as it is."""
    match = _ISO_DAY.fullmatch(str(iso))
    return f"{match[3]}.{match[2]}.{match[1]}" if match else str(iso)


def _read(raw: object, context: CleanContext) -> str | None:
    return clean_text(raw.isoformat() if isinstance(raw, date) else raw, context, max_length=40, lines=False)


class Date(Field):
    """A day, typed as TT.MM.JJJJ or ISO; `minimum` and `maximum` are days or relative to today (`today+14`)."""

    type: Literal["date"] = "date"
    minimum: Moment | None = None
    maximum: Moment | None = None
    missing: ClassVar[str] = "missing_date"

    def clean(self, raw: Any, context: CleanContext) -> str | None:
        """See `Field.clean`."""
        text = _read(raw, context)
        if text is None:
            return None
        day = self._day(text, context)
        if self.minimum is not None:
            limit = moment_on(self.minimum, context.today)
            if limit is not None and day < limit:
                raise FieldError(context.say("date_minimum", limit=german_day(limit.isoformat())))
        if self.maximum is not None:
            limit = moment_on(self.maximum, context.today)
            if limit is not None and day > limit:
                raise FieldError(context.say("date_maximum", limit=german_day(limit.isoformat())))
        return day.isoformat()

    def _day(self, text: str, context: CleanContext) -> date:
        if german := _GERMAN_DAY.fullmatch(text):
            day, month, year = german.groups()
        elif iso := _ISO_DAY.fullmatch(text):
            year, month, day = iso.groups()
        else:
            raise FieldError(context.say("date"))
        try:
            found = date(int(year), int(month), int(day))
        except ValueError:
            raise FieldError(context.say("no_such_day")) from None
        if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
            raise FieldError(context.say("no_such_day"))
        return found

    def display(self, value: Any, context: CleanContext) -> str:
        """The day as 22.11.2026."""
        return self.to_raw(value)

    def to_raw(self, value: Any) -> str:
        """The day as 22.11.2026."""
        return "" if value is None else german_day(value)


class Month(Field):
    """A month, typed as MM.JJJJ or ISO (`2026-11`)."""

    type: Literal["month"] = "month"
    not_future: bool = False
    missing: ClassVar[str] = "missing_date"

    def clean(self, raw: Any, context: CleanContext) -> str | None:
        """See `Field.clean`."""
        text = _read(raw, context)
        if text is None:
            return None
        if german := _GERMAN_MONTH.fullmatch(text):
            month, year = int(german[1]), int(german[2])
        elif iso := _ISO_MONTH.fullmatch(text):
            month, year = int(iso[2]), int(iso[1])
        else:
            raise FieldError(context.say("month"))
        if not 1 <= month <= 12 or not _FIRST_YEAR <= year <= _LAST_YEAR:
            raise FieldError(context.say("month"))
        if self.not_future and context.today is not None and (year, month) > (context.today.year, context.today.month):
            raise FieldError(context.say("month_future"))
        return f"{year:04}-{month:02}"

    def display(self, value: Any, context: CleanContext) -> str:
        """The month as 11.2026."""
        return self.to_raw(value)

    def to_raw(self, value: Any) -> str:
        """The month as 11.2026."""
        match = _ISO_MONTH.fullmatch(str(value))
        return f"{match[2]}.{match[1]}" if match else str(value or "")


class Time(Field):
    """A time of day, typed as 9:30, 09.30 Uhr or 9; stored as `09:30`."""

    type: Literal["time"] = "time"

    def clean(self, raw: Any, context: CleanContext) -> str | None:
        """See `Field.clean`."""
        text = clean_text(raw, context, max_length=40, lines=False)
        if text is None:
            return None
        match = _TIME.fullmatch(text)
        if match is None or int(match[1]) > 23 or int(match[2] or 0) > 59:
            raise FieldError(context.say("time"))
        return f"{int(match[1]):02}:{match[2] or '00'}"

    def display(self, value: Any, context: CleanContext) -> str:
        """The time as 09:30 Uhr."""
        if not value:
            return ""
        return f"{value} Uhr" if context.language != "en" else str(value)
