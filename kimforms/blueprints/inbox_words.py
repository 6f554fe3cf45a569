"""The words of the inbox in the reader's language: labels of filters and their values, chips, tabs, notes, addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import request

from ..forms.inbox import INITIAL, Filters, Read
from ..services.queries.inbox import Inbox
from ..services.views import ViewEntry
from .rendering import t

Choices = Sequence[tuple[str, str]]
Tab = tuple[str, str, bool, None]
DEFAULT_VIEWS = (
    ("Alle offenen", "All open", Filters()),
    ("Mir zugewiesen", "Assigned to me", Filters(assignee="me")),
    ("Neu", "New", Filters(state=INITIAL)),
    ("Überfällig", "Overdue", Filters(due="overdue")),
    ("Ohne Zuständigkeit", "Nobody responsible", Filters(assignee="nobody")),
)
ONLY_FOR_WORKERS = "me"  # nobody else can be responsible


class Words:
    """The page's words for one set of filters; made anew for each request."""

    def __init__(self, inbox: Inbox, read: Read) -> None:
        self.inbox = inbox
        self.read = read
        self.filters = read.filters

    def url(self, query: str = "", page: str = "") -> str:
        """The address of a view; ``page`` is the key of a page in it."""
        joined = "&".join(part for part in (query, page) if part)
        return f"{request.script_root}/inbox{'?' if joined else ''}{joined}"

    def label(self, name: str) -> str:
        """What a filter is called."""
        return t(*LABELS[name])

    def options(self, name: str) -> Choices:
        """The values of a filter with their labels."""
        own = VALUES.get(name, {})
        return [(value, t(*own[value]) if value in own else label) for value, label in self.inbox.choices[name]]

    def chips(self) -> list[tuple[str, str]]:
        """The filters that are set, each with the address of the same list without it."""
        found = []
        for name in self.filters.active():
            value = getattr(self.filters, name)
            shown = f"„{value}“" if name == "q" else dict(self.options(name)).get(value, value)
            default = "open" if name == "status" else ""
            found.append((f"{self.label(name)}: {shown}", self.url(self.filters.query(**{name: default}))))
        return found

    def tabs(self, kept: Sequence[ViewEntry], may_work: bool) -> list[Tab]:
        """Default views, one's own, then those that colleagues share; the one that is shown is marked."""
        here = self.filters.query()
        tabs: list[Tab] = []
        for german, english, filters in DEFAULT_VIEWS:
            if may_work or filters.assignee != ONLY_FOR_WORKERS:
                query = filters.query()
                tabs.append((t(german, english), self.url(query), query == here, None))
        for entry in kept:
            name = entry.name if entry.own else f"{entry.name} ({entry.owner})"
            tabs.append((name, self.url(entry.query), entry.query == here and bool(here), None))
        return tabs

    def notes(self) -> list[str]:
        """What of the address was not understood."""
        found = []
        if self.read.ignored:
            names = ", ".join(self.label(name) for name in self.read.ignored)
            found.append(
                t(
                    f"Diese Filter enthielten einen unbekannten Wert und gelten hier nicht: {names}.",
                    f"These filters held an unknown value and do not apply: {names}.",
                )
            )
        if self.read.cut:
            found.append(
                t(
                    "Der Suchtext war zu lang oder nicht lesbar und wurde gekürzt.",
                    "The search text was too long or unreadable and has been shortened.",
                )
            )
        return found

    def without_text(self) -> str:
        """The address of the same list without the search text."""
        return self.url(replace(self.filters, q="").query())


LABELS: dict[str, tuple[str, str]] = {
    "q": ("Suche", "Search"),
    "status": ("Auswahl", "Records"),
    "process": ("Art", "Kind"),
    "state": ("Stand", "State"),
    "field": ("Handlungsfeld", "Field of action"),
    "municipality": ("Kommune", "Municipality"),
    "area": ("Rechtskreis", "Legal area"),
    "organisation": ("Organisation", "Organisation"),
    "assignee": ("Zuständig", "Responsible"),
    "age": ("Alter", "Age"),
    "due": ("Frist", "Deadline"),
    "order": ("Reihenfolge", "Order"),
}
VALUES: dict[str, dict[str, tuple[str, str]]] = {
    "status": {"open": ("offene", "open"), "closed": ("abgeschlossene", "closed"), "all": ("alle", "all")},
    "state": {INITIAL: ("neu eingegangen", "newly received")},
    "assignee": {"me": ("ich", "me"), "nobody": ("niemand", "nobody")},
    "age": {
        "last-7": ("höchstens 7 Tage", "at most 7 days"),
        "over-14": ("über 14 Tage", "more than 14 days"),
        "over-30": ("über 30 Tage", "more than 30 days"),
        "over-90": ("über 90 Tage", "more than 90 days"),
        "over-365": ("über ein Jahr", "more than a year"),
    },
    "due": {
        "overdue": ("überfällig", "overdue"),
        "week": ("bis Sonntag fällig", "due by Sunday"),
        "none": ("ohne Frist", "no deadline"),
    },
    "order": {
        "newest": ("Neueste zuerst", "Newest first"),
        "oldest": ("Älteste zuerst", "Oldest first"),
        "due": ("Nächste Frist zuerst", "Next deadline first"),
    },
}
