"""A report as similarity sees it."""

from __future__ import annotations

from dataclasses import dataclass

Id = int | str
"""How callers name their reports; only compared, never read."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is compared. The municipality is left out on purpose: a hurdle is not more alike because it is near.

    `text` is the description and further free text, joined by line feeds; of any length, capped inside.
    """

    id: Id
    title: str
    text: str
    field_of_action: str | None = None
    legal_areas: frozenset[str] = frozenset()
    offices: frozenset[str] = frozenset()
