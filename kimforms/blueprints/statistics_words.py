"""The words of the statistics in the reader's language: names of dimensions and values, choices, notes, rows of a download."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from babel.dates import format_date
from flask import request

from ..documents.tables import Cell
from ..engine.small_numbers import Count, Shown
from ..forms.statistics import EARLIER_ENDS, Filters
from ..services.queries.statistics import TIME
from ..services.queries.statistics_page import PUBLISHED_COLUMNS, Line, Statistics
from .rendering import date_de, language, t

Choices = list[tuple[str, str]]


class Words:
    """The page's words for one set of figures; made anew for each request."""

    def __init__(self, shown: Statistics, filters: Filters) -> None:
        self.shown = shown
        self.filters = filters

    def url(self, **changes: object) -> str:
        """The address of this view or of one with ``changes``."""
        query = self.filters.query(**changes)
        return f"{request.script_root}/statistics{'?' if query else ''}{query}"

    def export_url(self, form: str) -> str:
        query = self.filters.query()
        return f"{request.script_root}/statistics/export?{query}{'&' if query else ''}format={form}"

    def hidden(self) -> str:
        """What stands in place of a hidden figure."""
        return t("verdeckt", "hidden")

    def dimension(self, name: str) -> str:
        return {
            "field": t("Handlungsfeld", "Field of action"),
            "municipality": t("Kommune", "Municipality"),
            "area": t("Rechtskreis", "Legal area"),
            TIME: t("Zeit", "Time"),
        }[name]

    def title(self, name: str) -> str:
        """The heading of a dimension's part of the page."""
        return {
            "field": t("Nach Handlungsfeld", "By field of action"),
            "municipality": t("Nach Kommune", "By municipality"),
            "area": t("Nach Rechtskreis", "By legal area"),
            TIME: t("Im Zeitverlauf", "Over time"),
        }[name]

    def note(self, name: str) -> str:
        """What has to be known to read a part rightly."""
        if name == "municipality":
            several = t(
                "Eine Meldung kann mehrere Kommunen nennen und zählt dann in jeder. Die Zeilen ergeben zusammen deshalb mehr als "
                "die Gesamtzahl.",
                "A report may name several municipalities and then counts in each. Together the rows therefore make more than "
                "the total.",
            )
            own = t("Sie sehen die eigene Kommune neben dem Kreis.", "You see the own municipality beside the county.")
            return several if self.shown.whole else f"{own} {several}"
        if name == "area":
            return t(
                "Eine Meldung kann mehrere Rechtskreise nennen und zählt dann in jedem.",
                "A report may name several legal areas and then counts in each.",
            )
        if name == TIME:
            return t(
                "Gezählt wird der Tag, an dem die Meldung einging.", "Counted is the day on which the report came in."
            )
        return t("Jede Meldung hat genau ein Handlungsfeld.", "Each report has exactly one field of action.")

    def label(self, name: str, key: str | None) -> str:
        """A value in words; what no list knows any more keeps its key."""
        if key is None:
            return t("ohne Angabe", "not given")
        if name == TIME:
            return slice_in_words(key)
        return (self.shown.labels or {}).get(name, {}).get(key, key)

    def period(self) -> str:
        """The period of the figures."""
        if self.shown.half:
            return self.half(self.shown.half)
        period = self.shown.period
        return f"{date_de(period.first)} – {date_de(period.last)}" if period else ""

    def half(self, key: str) -> str:
        year, number = key.split("-")
        return t(f"{number}. Halbjahr {year}", f"{'First' if number == '1' else 'Second'} half of {year}")

    def choices(self, name: str) -> Choices:
        """What may be chosen in a filter."""
        if name == "status":
            return [
                ("all", t("alle", "all")),
                ("open", t("nur offene", "open only")),
                ("closed", t("nur abgeschlossene", "closed only")),
            ]
        if name == "unit":
            return [
                ("month", t("Monate", "months")),
                ("quarter", t("Quartale", "quarters")),
                ("year", t("Jahre", "years")),
            ]
        if name == "half":
            return [(one, self.half(one)) for one in self.shown.halves]
        if name == "controller":
            return [(str(one.controller_id), one.name) for one in self.shown.places]
        names = ("field", *PUBLISHED_COLUMNS) if self.shown.exact else PUBLISHED_COLUMNS
        return [(one, self.dimension(one)) for one in names]

    def chosen(self, name: str) -> str:
        """The value that a filter has."""
        shown = self.shown
        if name == "controller":
            return str(shown.place.controller_id) if shown.place else ""
        if name in ("rows", "columns"):
            return shown.row_dimension if name == "rows" else shown.column_dimension
        return shown.half if name == "half" else str(getattr(self.filters, name))

    def notes(self) -> list[str]:
        """What of the address was not understood."""
        words = {
            EARLIER_ENDS: t(
                "Das Ende des Zeitraums liegt vor dem Anfang. Gezeigt wird der ganze Zeitraum.",
                "The period ends before it begins. The whole time is shown.",
            ),
            "from": t("Geben Sie den Anfang im Format TT.MM.JJJJ ein.", "Enter the begin in the format DD.MM.YYYY."),
            "to": t("Geben Sie das Ende im Format TT.MM.JJJJ ein.", "Enter the end in the format DD.MM.YYYY."),
        }
        unknown = t("Ein Filter war unbekannt und ist weggelassen.", "A filter was unknown and has been left out.")
        return list(dict.fromkeys(words.get(one, unknown) for one in self.filters.ignored))

    def parts(self) -> list[tuple[str, str, Sequence[Line], str]]:
        """Dimension, heading, lines, note of each list on the page."""
        return [
            (name, self.title(name), lines, self.note(name))
            for name, lines in (self.shown.lines or {}).items()
            if lines
        ]

    def header(self) -> list[str]:
        """The first row of a download."""
        return [
            t("Tabelle", "Table"),
            t("Gruppe", "Group"),
            t("Spalte", "Column"),
            t("Meldungen", "Reports"),
            t("Fälle", "Cases"),
        ]

    def rows(self) -> Iterator[list[Cell]]:
        """Everything that the page shows, line by line: what it is and whose it is first, then all figures."""
        shown = self.shown
        if shown.place is None or shown.lines is None:
            return
        yield [t("Zeitraum", "Period"), self.period(), shown.place.name, None, None]
        yield [t("Gesamt", "Total"), "", "", *self._numbers(shown.total)]
        for name, title, lines, _note in self.parts():
            for line in lines:
                yield [title, self.label(name, line.key), "", *self._numbers(line.count)]
        crossed = f"{self.dimension(shown.row_dimension)} × {self.dimension(shown.column_dimension)}"
        for row in shown.rows:
            for column in shown.columns:
                pair = self.label(shown.row_dimension, row), self.label(shown.column_dimension, column)
                yield [crossed, *pair, *self._numbers(self.cell(row, column))]

    def cell(self, row: str | None, column: str | None) -> Shown:
        return (self.shown.cells or {}).get((row, column), Count())

    def _numbers(self, count: Shown) -> list[Cell]:
        return [count.reports, count.cases] if count else [self.hidden(), self.hidden()]


def slice_in_words(key: str) -> str:
    """``März 2026``, ``1. Quartal 2026`` or ``2026``."""
    year, _dash, rest = key.partition("-")
    if rest.startswith("Q"):
        return t(f"{rest[1:]}. Quartal {year}", f"Q{rest[1:]} {year}")
    return format_date(date(int(year), int(rest), 1), "LLLL y", locale=language()) if rest else year


def next_release(today: date, wait: timedelta) -> date:
    """The first day on which the figures of the running half-year can be released."""
    end = date(today.year, 6, 30) if today.month <= 6 else date(today.year, 12, 31)
    return end + wait
