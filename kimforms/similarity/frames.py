"""What frames a report: field of action, legal areas, offices. Few values, so each combination is compared only once."""

from __future__ import annotations

import math
from array import array

import numpy as np

from .analysis import Analysis
from .columns import Floats, Postings


class Frames:
    """The frame of each slot."""

    def __init__(self) -> None:
        self._fields = _Numbered()
        self._areas = Sets()
        self._offices = Sets()

    def add(self, analysis: Analysis) -> None:
        self._fields.add(analysis.field_of_action or "")
        self._areas.add(analysis.legal_areas)
        self._offices.add(analysis.offices)

    def forget(self, slot: int) -> None:
        self._areas.forget(slot)
        self._offices.forget(slot)

    def likenesses(self, analysis: Analysis, total: int) -> dict[str, Floats]:
        return {
            "same_field": self._fields.same(analysis.field_of_action or ""),
            "legal_areas": self._areas.likeness(analysis.legal_areas, total),
            "offices": self._offices.likeness(analysis.offices, total),
        }

    @property
    def nbytes(self) -> int:
        return 12 * self._fields.size


class _Numbered:
    """One of few texts a slot."""

    def __init__(self) -> None:
        self.number: dict[str, int] = {"": 0}
        self._column = array("i")

    def add(self, text: str) -> None:
        self._column.append(self.number.setdefault(text, len(self.number)))

    def same(self, text: str) -> Floats:
        """1 where the slot has this text; nowhere for no text."""
        column = np.array(self._column, dtype=np.int32)
        return np.asarray(column == self.number.get(text, -1) if text else np.zeros(len(column)), dtype="f4")

    @property
    def size(self) -> int:
        return len(self._column)


class Sets:
    """A set of few texts a slot: what is rare and in both counts much (cosine of the rarities)."""

    def __init__(self) -> None:
        self._number: dict[tuple[str, ...], int] = {}
        self._sets: list[tuple[str, ...]] = []
        self._holding: dict[str, list[int]] = {}
        self._column = array("i")
        self._held = Postings()

    def add(self, texts: tuple[str, ...]) -> None:
        number = self._number.get(texts)
        if number is None:
            number = self._number[texts] = len(self._sets)
            self._sets.append(texts)
            for text in texts:
                self._holding.setdefault(text, []).append(number)
        self._held.count(texts)
        self._column.append(number)

    def forget(self, slot: int) -> None:
        self._held.forget(self._sets[self._column[slot]])

    def likeness(self, texts: tuple[str, ...], total: int) -> Floats:
        near = np.zeros(max(len(self._sets), 1), dtype="f4")
        mine = {text: self._held.rarity(text, total) ** 2 for text in texts}
        length = math.sqrt(sum(mine.values()))
        for number in {number for text in texts for number in self._holding.get(text, ())}:
            theirs = {text: self._held.rarity(text, total) ** 2 for text in self._sets[number]}
            common = sum(weight for text, weight in theirs.items() if text in mine)
            near[number] = common / (length * math.sqrt(sum(theirs.values())) + 1e-9)
        return np.asarray(near[np.array(self._column, dtype=np.intp)], dtype="f4")
