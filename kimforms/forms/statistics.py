"""What people choose on the page of statistics, as a query string that can be kept, and the number that the office sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol
from urllib.parse import urlencode

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired

Say = Callable[[str, str], str]
STATUSES = ("all", "open", "closed")
UNITS = ("quarter", "month", "year")
DIMENSIONS = ("field", "area", "municipality", "time")
FIRST_YEAR, LAST_YEAR = 2000, 2200
EARLIER_ENDS = "order"
"""Stands among ``ignored`` for a period that ends before it begins."""


class Arguments(Protocol):
    """A request's query as werkzeug gives it, or a plain dictionary."""

    def get(self, key: str, default: str, /) -> str: ...


@dataclass(frozen=True)
class Filters:
    """One view of the statistics. ``half`` is a released half-year, for readers of published figures only."""

    controller: int | None = None
    first: date | None = None
    last: date | None = None
    status: str = "all"
    unit: str = "quarter"
    rows: str = "field"
    columns: str = "area"
    half: str = ""
    published: bool = False
    ignored: tuple[str, ...] = field(default=(), compare=False)

    def query(self, **changes: Any) -> str:
        """The query string of this view or of one with ``changes``; equal views have one address."""
        one = replace(self, **changes)
        pairs = {
            "controller": one.controller,
            "from": one.first.isoformat() if one.first else None,
            "to": one.last.isoformat() if one.last else None,
            "status": one.status if one.status != "all" else None,
            "unit": one.unit if one.unit != "quarter" else None,
            "rows": one.rows if one.rows != "field" else None,
            "columns": one.columns if one.columns != "area" else None,
            "half": one.half,
            "view": "published" if one.published else None,
        }
        return urlencode([(name, value) for name, value in pairs.items() if value])

    def only_open(self) -> bool | None:
        return None if self.status == "all" else self.status == "open"


def read_filters(arguments: Arguments) -> Filters:
    """Reads a query string. Nothing raises: what nobody understands is left out and named in ``ignored``."""
    ignored: list[str] = []

    def one_of(name: str, known: tuple[str, ...], default: str) -> str:
        value = arguments.get(name, "")
        if value and value not in known:
            ignored.append(name)
        return value if value in known else default

    def day(name: str) -> date | None:
        value = arguments.get(name, "")
        found = _day(value)
        if value and found is None:
            ignored.append(name)
        return found

    first, last = day("from"), day("to")
    if first and last and last < first:
        ignored.append(EARLIER_ENDS)
        first = last = None
    number = arguments.get("controller", "")
    rows, columns = one_of("rows", DIMENSIONS, "field"), one_of("columns", DIMENSIONS, "area")
    if rows == columns:
        columns = "field" if rows != "field" else "area"
    return Filters(
        int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None,
        first,
        last,
        one_of("status", STATUSES, "all"),
        one_of("unit", UNITS, "quarter"),
        rows,
        columns,
        arguments.get("half", "")[:10],
        arguments.get("view", "") == "published",
        tuple(ignored),
    )


def threshold_form(say: Say, shown: int | None = None) -> Any:
    """The number below which figures are hidden; ``form.number`` is None when it is none."""

    class ThresholdForm(FlaskForm):
        threshold = StringField(
            say("Zahlen verdecken, die kleiner sind als", "Hide numbers smaller than"),
            [InputRequired(say("Geben Sie eine Zahl ein.", "Enter a number."))],
            description=say("Mindestens 3; üblich ist 5.", "At least 3; 5 is usual."),
            render_kw={"inputmode": "numeric", "autocomplete": "off"},
        )
        shown = HiddenField()
        controller = HiddenField()

        @property
        def number(self) -> int | None:
            return _number(self.threshold.data)

        @property
        def before(self) -> int | None:
            return _number(self.shown.data)

    return ThresholdForm(data={} if shown is None else {"threshold": str(shown), "shown": str(shown)})


def _number(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def _day(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            found = datetime.strptime(text.strip()[:10], form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
    return None
