"""What an index answers: neighbours of a report and groups of reports."""

from __future__ import annotations

from dataclasses import dataclass

from .reasons import Reasons
from .report import Id


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A report that may tell of the same hurdle; `score` from 0 to 1, comparable between queries."""

    id: Id
    score: float
    reasons: Reasons


@dataclass(frozen=True, slots=True)
class Group:
    """Reports that may tell of one hurdle; `terms` name it for people, best first."""

    reports: tuple[Id, ...]
    score: float
    terms: tuple[str, ...]
