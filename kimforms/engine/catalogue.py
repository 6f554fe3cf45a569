"""How lists that a county owns (municipalities, organisations, topics, persons, records) reach the engine.

Services implement `Catalogues` over the database; tests and tools use `StaticCatalogues`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class Option:
    """One entry of a list; `label` is already in the reader's language, `parent` is the value it hangs below."""

    value: str
    label: str
    parent: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


class Catalogues(Protocol):
    """Sources: municipalities, organisations, fields_of_action, topics, `persons:<role>`, `records:<process>`, …"""

    def options(self, source: str, parent: str | None = None) -> Sequence[Option]:
        """All options of a source, or only those below `parent`; an unknown source has none."""
        ...

    def label(self, source: str, value: str) -> str | None:
        """The label of one value, also of one that is no longer offered; None when nobody knows it."""
        ...


class StaticCatalogues:
    """Catalogues from plain data: `{"municipalities": {"siegburg": "Siegburg"}, "topics": [Option(…), …]}`."""

    def __init__(self, sources: Mapping[str, Mapping[str, str] | Sequence[Option]] | None = None) -> None:
        self._options: dict[str, tuple[Option, ...]] = {}
        self._labels: dict[str, dict[str, str]] = {}
        self._below: dict[tuple[str, str], tuple[Option, ...]] = {}
        for source, entries in (sources or {}).items():
            if isinstance(entries, Mapping):
                options = tuple(Option(value, label) for value, label in entries.items())
            else:
                options = tuple(entries)
            self._options[source] = options
            self._labels[source] = {option.value: option.label for option in options}
            for option in options:
                if option.parent is not None:
                    key = (source, option.parent)
                    self._below[key] = (*self._below.get(key, ()), option)

    def options(self, source: str, parent: str | None = None) -> Sequence[Option]:
        """See `Catalogues.options`."""
        if parent is None:
            return self._options.get(source, ())
        return self._below.get((source, parent), ())

    def label(self, source: str, value: str) -> str | None:
        """See `Catalogues.label`."""
        return self._labels.get(source, {}).get(value)
