"""The words of the public list in the reader's language: filters, chips, addresses, notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import request

from ..forms.solutions import Choices, Filters
from ..services.solution_words import FILTERS, say
from .rendering import language, t


class Words:
    """The page's words for one set of filters; made anew for each request."""

    def __init__(self, filters: Filters, choices: Mapping[str, Choices], ignored: Sequence[str]) -> None:
        self.filters = filters
        self.choices = choices
        self.ignored = ignored

    def url(self, page: str = "", place: str = "", **changes: str) -> str:
        """The address of this view, or of one with ``changes``; ``place`` is a feed below it, ``page`` the key of a page."""
        joined = "&".join(part for part in (self.filters.query(**changes), page) if part)
        return f"{request.script_root}/solutions{place}{'?' if joined else ''}{joined}"

    @property
    def start(self) -> str:
        """The address of the list without filters."""
        return f"{request.script_root}/solutions"

    def label(self, name: str) -> str:
        """What a filter is called."""
        return say(FILTERS[name], language())

    def chips(self) -> list[tuple[str, str]]:
        """The filters that are set, each with the address of the same list without it."""
        found = []
        for name in self.filters.active():
            value = getattr(self.filters, name)
            shown = f"„{value}“" if name == "q" else dict(self.choices[name]).get(value, value)
            found.append((f"{self.label(name)}: {shown}", self.url(**{name: ""})))
        return found

    def note(self) -> str | None:
        """What of the address was not understood."""
        if not self.ignored:
            return None
        names = ", ".join(self.label(name) for name in self.ignored)
        return t(
            f"Diese Filter enthielten einen unbekannten Wert und gelten hier nicht: {names}.",
            f"These filters held an unknown value and do not apply: {names}.",
        )
