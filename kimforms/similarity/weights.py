"""How much each kind of likeness counts; learned from labelled pairs, and from the coordination's own verdicts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .analysis import Analysis

LEXICAL = ("words", "concepts", "same_field", "legal_areas", "offices")
DENSE = (*LEXICAL, "meaning")


@dataclass(frozen=True, slots=True)
class Weights:
    """One table for reports without, one for reports with a sentence embedding: the bias, then one weight a kind."""

    lexical: tuple[float, ...]
    dense: tuple[float, ...]

    @classmethod
    def default(cls) -> Weights:
        return DEFAULT

    @classmethod
    def learn(cls, pairs: Iterable[tuple[Analysis, Analysis, bool]], start: Weights | None = None) -> Weights:
        """Weights that fit the verdicts (two reports, alike or not); pulled to `start` the more, the fewer there are."""
        from .learning import learned  # noqa: PLC0415 - brings numpy

        return learned(list(pairs), start or DEFAULT)


DEFAULT = Weights(
    lexical=(-7.0, 4.5, 19.5, 1.6, 3.2, 0.8),
    dense=(-7.0, 1.0, 18.0, 1.4, 3.1, 0.8, 5.4),
)
"""Logistic regression on the pairs of labelled reports (docs/similarity.md says which and how). Offices stand in none
of them; their weight is set below that of the field of action, since half of all reports name the same two."""
