"""What the filters of lists share: a view of a list is a query string, and equal views have one address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import ClassVar, Protocol
from urllib.parse import urlencode

Choices = Sequence[tuple[str, str]]


class Arguments(Protocol):
    """A request's query as werkzeug gives it, or a plain dictionary."""

    def get(self, key: str, default: str, /) -> str: ...


@dataclass(frozen=True)
class ViewFilters:
    """Base of the filters of one list: texts by name, each with a default that means no filter."""

    NO_FILTERS: ClassVar[frozenset[str]] = frozenset()
    """Names of what belongs to a view and leaves nothing out, such as the order."""

    def query(self, **changes: str) -> str:
        """The query string of this view, or of one with ``changes``; defaults are left out."""
        return urlencode(replace(self, **changes)._set())

    def active(self) -> list[str]:
        """Names of the filters that are set."""
        return [name for name, _value in self._set() if name not in self.NO_FILTERS]

    def _set(self) -> list[tuple[str, str]]:
        values = ((one.name, getattr(self, one.name), one.default) for one in fields(self))
        return [(name, value) for name, value, default in values if value != default]
