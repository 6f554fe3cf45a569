"""The words of a naturalisation office's figures in the reader's language, and the rows of their download."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import url_for

from ..documents.tables import Cell
from ..engine.small_numbers import Shown
from ..services.checklists.returning import REASONS
from ..services.naturalisation_figures import READY
from ..services.queries.naturalisation_figures import FiguresShown, Table
from .rendering import date_de, t


class Words:
    """The page's words for one set of figures; made anew for each request."""

    def __init__(self, shown: FiguresShown) -> None:
        self.shown = shown

    def hidden(self) -> str:
        """What stands in place of a hidden figure."""
        return t("verdeckt", "hidden")

    def number(self, count: Shown) -> int | str:
        return self.hidden() if count is None else count.reports

    def row(self, key: str) -> str:
        """A state of checklists, or a kind of hand-over."""
        return {
            "in_arbeit": t("in Arbeit", "at work"),
            READY: t("alle Voraussetzungen erfüllt", "all conditions met"),
            "verwiesen": t("verwiesen", "handed over"),
            "eingegangen": t("eingegangen", "received"),
            "in_pruefung": t("in Prüfung", "being examined"),
            "nachforderung": t("Nachforderung", "more requested"),
            "zurueckgegeben": t("zurückgegeben", "returned"),
            "complete": t("vollständig", "complete"),
            "incomplete": t("unvollständig, mit Begründung", "incomplete, with reason"),
        }.get(key, key)

    def reason(self, key: str) -> str:
        """Why something was returned."""
        english = {
            "unterlagen_fehlen": "papers are missing",
            "voraussetzung_nicht_erfuellt": "a condition is not met",
            "angaben_unklar": "details are unclear",
            "zustaendigkeit": "another office is responsible",
            "anderes": "another reason",
        }
        return t(REASONS.get(key, key), english.get(key, key))

    def service(self, slug: str) -> str:
        return self.shown.names.get(slug, slug)

    def item(self, key: str) -> str:
        title = self.shown.titles.get(key, "")
        return f"{key} {title}".strip()

    def quarter(self, key: str) -> str:
        """``3. Quartal 2026``."""
        year, number = key.split("-Q")
        return t(f"{number}. Quartal {year}", f"Q{number} {year}")

    def weeks(self, number: int) -> str:
        return t("1 Woche", "1 week") if number == 1 else t(f"{number} Wochen", f"{number} weeks")

    def duration(self) -> list[tuple[str, int]]:
        """Labels and weeks of the quartiles that may be told."""
        told = self.shown.quarter.weeks if self.shown.quarter else ()
        median = t("die Hälfte bis", "half of them within")
        if len(told) == 1:
            return [(median, told[0])]
        labels = (t("das schnellste Viertel bis", "the fastest quarter within"), median,
                  t("drei Viertel bis", "three quarters within"))  # fmt: skip
        return list(zip(labels, told, strict=False))

    def charts(self, numbers: Mapping[str, Shown], label: str) -> list[tuple[str, int | str]]:
        """Rows of a bar chart; hidden numbers are text and draw nothing."""
        return [(getattr(self, label)(key), self.number(count)) for key, count in numbers.items()]

    def export_url(self, form: str) -> str:
        chosen = {"quarter": self.shown.quarter.key} if self.shown.quarter else {}
        return url_for("naturalisation_figures.export", format=form, **chosen)

    def header(self) -> list[str]:
        """The first row of a download."""
        return [t("Tabelle", "Table"), t("Zeile", "Row"), t("Beratungsdienst", "Service"), t("Anzahl", "Number")]

    def rows(self) -> Iterator[list[Cell]]:
        """Everything that the page shows, line by line: whose it is and how it is protected first."""
        shown = self.shown
        yield [t("Behörde", "Office"), shown.office.name, None, None]
        yield [t("verdeckt wird unter", "hidden below"), None, None, shown.threshold]
        yield from self._table(t("für Sie sichtbar, heute", "visible to you, today"), shown.seen)
        if shown.stock is not None and shown.stock.total is not None:
            day = date_de(shown.taken_on)
            yield from self._table(t(f"bei den Diensten, {day}", f"at the services, {day}"), shown.stock)
            for item, number in shown.missing:
                yield [t(f"fehlende Punkte, {day}", f"missing points, {day}"), self.item(item), None, number]
        if (told := shown.quarter) is None:
            return
        name = self.quarter(told.key)
        if told.handed.total is not None:
            yield from self._table(t(f"Verweise, {name}", f"hand-overs, {name}"), told.handed)
        for label, number in self.duration():
            yield [t(f"Wochen bis zum Verweis, {name}", f"weeks until the hand-over, {name}"), label, None, number]
        if told.returned_total is not None:
            for key, count in told.returned.items():
                yield [t(f"Rückgaben, {name}", f"returns, {name}"), self.reason(key), None, self.number(count)]
            for item, number in told.gaps:
                yield [t(f"Lücken bei Rückgaben, {name}", f"gaps of returns, {name}"), self.item(item), None, number]

    def _table(self, title: str, table: Table) -> Iterator[list[Cell]]:
        whole = t("alle", "all")
        yield [title, whole, whole, self.number(table.total)]
        for row in table.rows:
            yield [title, self.row(row), whole, self.number(table.by_row[row])]
        for service in table.services:
            yield [title, whole, self.service(service), self.number(table.by_service[service])]
        for row in table.rows:
            for service in table.services:
                yield [title, self.row(row), self.service(service), self.number(table.cells[row, service])]
